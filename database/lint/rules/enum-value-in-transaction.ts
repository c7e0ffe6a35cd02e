import { canonicalName, strings } from "../relation-name.ts";
import type { Problem, Rule } from "../rule.ts";
import type { Statement } from "../statement.ts";
import { walk } from "../walk.ts";

/** A value added to an enum cannot be used before its transaction ends, unless the same transaction made the type. */
export const enumValueInTransaction: Rule = {
  name: "enum-value-in-transaction",
  check: (migration) =>
    migration.statements.flatMap((statement): Problem[] => {
      const used = constants(statement);
      const added = migration.before(statement).flatMap((earlier, index, before) => {
        const value = addedValue(earlier);
        return value && !before.slice(0, index).some((other) => createdEnum(other) === value.type) ? [value] : [];
      });
      const value = added.find(({ label }) => used.has(label));
      if (!value) return [];
      const message = `'${value.label}' was added to ${value.type} in this transaction; Postgres refuses to use it before the commit.`;
      return [
        {
          statement,
          severity: "error",
          message,
          safe: `-- in a migration of its own after this one:\n${statement.text};`,
        },
      ];
    }),
};

function addedValue({ node, schema }: Statement): { type: string; label: string } | undefined {
  if (!("AlterEnumStmt" in node) || node.AlterEnumStmt.oldVal !== undefined) return undefined;
  return { type: canonicalName(strings(node.AlterEnumStmt.typeName), schema), label: node.AlterEnumStmt.newVal ?? "" };
}

function createdEnum({ node, schema }: Statement): string | undefined {
  return "CreateEnumStmt" in node ? canonicalName(strings(node.CreateEnumStmt.typeName), schema) : undefined;
}

function constants({ node }: Statement): Set<string> {
  const found = new Set<string>();
  walk(node, (inner) => {
    if ("A_Const" in inner && inner.A_Const.sval?.sval !== undefined) found.add(inner.A_Const.sval.sval);
  });
  return found;
}
