import type { RangeVar } from "libpg-query";
import type { LintedMigration } from "../linted-migration.ts";
import { relationName, sqlName } from "../relation-name.ts";
import type { Problem, Rule } from "../rule.ts";
import { batchedUpdate } from "../safe-form.ts";
import type { Statement } from "../statement.ts";

/** TRUNCATE, and DELETE or UPDATE of every row: data gone, or every row locked until the end. */
export const massChange: Rule = {
  name: "mass-change",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      const { node } = statement;
      if ("TruncateStmt" in node)
        return (node.TruncateStmt.relations ?? []).flatMap((relation) =>
          "RangeVar" in relation ? deletion(migration, statement, relation.RangeVar, "TRUNCATE") : [],
        );
      if ("DeleteStmt" in node && !node.DeleteStmt.whereClause)
        return deletion(migration, statement, node.DeleteStmt.relation, "DELETE without WHERE");
      if ("UpdateStmt" in node && !node.UpdateStmt.whereClause)
        return update(migration, statement, node.UpdateStmt.relation);
      return [];
    }),
};

function deletion(
  migration: LintedMigration,
  statement: Statement,
  relation: RangeVar | undefined,
  what: string,
): Problem[] {
  const table = relationName(relation, statement.schema);
  const severity = migration.atLeastWarning(table);
  if (!severity) return [];
  const sql = sqlName(relation);
  const safe = [
    "-- outside of a transaction, again and again until it deletes no row; say which rows:",
    `DELETE FROM ${sql} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${sql} WHERE <condition> LIMIT 10000));`,
  ].join("\n");
  return [{ statement, severity, message: `${what} removes every row of ${migration.named(table)}.`, safe }];
}

function update(migration: LintedMigration, statement: Statement, relation: RangeVar | undefined): Problem[] {
  const table = relationName(relation, statement.schema);
  const severity = migration.bySize(table);
  if (!severity) return [];
  const set = /\bset\s+([\s\S]*?)(?:\s+(?:from|returning)\b[\s\S]*)?$/i.exec(statement.text)?.[1] ?? "…";
  const message = `UPDATE without WHERE locks every row of ${migration.named(table)} until it ends and doubles the table's size.`;
  return [{ statement, severity, message, safe: batchedUpdate(sqlName(relation), set, "<not yet changed>") }];
}
