import type { LintedMigration } from "../linted-migration.ts";
import { canonicalName, relationName, strings } from "../relation-name.ts";
import type { Problem, Rule } from "../rule.ts";
import type { Statement } from "../statement.ts";

/** CASCADE drops things that the migration does not name. */
export const cascade: Rule = {
  name: "cascade",
  check: (migration) => [
    ...migration.statements.flatMap((statement) => ofStatement(migration, statement)),
    ...migration.commands.flatMap(({ command, statement, table, sql, text }) => {
      const drops = command.subtype === "AT_DropColumn" || command.subtype === "AT_DropConstraint";
      if (!drops || command.behavior !== "DROP_CASCADE" || migration.isNew(table)) return [];
      return problem(statement, `ALTER TABLE ${sql} ${withoutCascade(text)};`);
    }),
  ],
};

function ofStatement(migration: LintedMigration, statement: Statement): Problem[] {
  const { node, schema } = statement;
  if ("TruncateStmt" in node && node.TruncateStmt.behavior === "DROP_CASCADE") {
    const tables = (node.TruncateStmt.relations ?? []).flatMap((relation) =>
      "RangeVar" in relation ? [relationName(relation.RangeVar, schema)] : [],
    );
    return tables.every((table) => migration.isNew(table))
      ? []
      : problem(statement, `${withoutCascade(statement.text)};`);
  }
  if (!("DropStmt" in node) || node.DropStmt.behavior !== "DROP_CASCADE") return [];
  const names = (node.DropStmt.objects ?? []).map((object) =>
    "List" in object ? canonicalName(strings(object.List.items), schema) : "",
  );
  return names.every((name) => migration.isNew(name)) ? [] : problem(statement, `${withoutCascade(statement.text)};`);
}

function problem(statement: Statement, sql: string): Problem[] {
  const message = "CASCADE also drops, or empties, whatever depends on this; the migration does not say what that is.";
  const safe = `-- drop what depends on it by name first; this then fails if something was forgotten:\n${sql}`;
  return [{ statement, severity: "error", message, safe }];
}

function withoutCascade(text: string): string {
  return text.replace(/\s+cascade\b/i, "");
}
