import { canonicalName, quoted, strings } from "../relation-name.ts";
import type { Problem, Rule } from "../rule.ts";
import { outside } from "../safe-form.ts";
import type { Statement } from "../statement.ts";

/** A concurrent build that failed leaves an invalid index under the name; IF NOT EXISTS then takes it for the index. */
export const invalidIndex: Rule = {
  name: "invalid-index",
  check: (migration) =>
    migration.statements.flatMap((statement, position): Problem[] => {
      const { node, schema } = statement;
      if (!("IndexStmt" in node) || !node.IndexStmt.concurrent || !node.IndexStmt.if_not_exists) return [];
      const { idxname = "", relation } = node.IndexStmt;
      const index = canonicalName([relation?.schemaname ?? schema, idxname]);
      if (migration.statements.slice(0, position).some((earlier) => drops(earlier, index))) return [];
      const known = migration.given.database?.indexes[index];
      if (known?.valid === true) return [];
      const invalid = known?.valid === false;
      const name = relation?.schemaname ? `${quoted(relation.schemaname)}.${quoted(idxname)}` : quoted(idxname);
      return [
        {
          statement,
          severity: invalid ? "error" : "warning",
          message: invalid
            ? `${index} exists and is invalid, left by a build that failed: IF NOT EXISTS would keep it, and no query uses it.`
            : `If this build fails it leaves an invalid index ${index}, and the next attempt takes that for done because of IF NOT EXISTS.`,
          safe: `${outside}\nDROP INDEX CONCURRENTLY IF EXISTS ${name};\n${statement.text.replace(/\bif\s+not\s+exists\s+/i, "")};`,
        },
      ];
    }),
};

function drops({ node, schema }: Statement, index: string): boolean {
  if (!("DropStmt" in node) || node.DropStmt.removeType !== "OBJECT_INDEX") return false;
  return (node.DropStmt.objects ?? []).some(
    (object) => "List" in object && canonicalName(strings(object.List.items), schema) === index,
  );
}
