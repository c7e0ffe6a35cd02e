import type { RangeVar } from "libpg-query";
import { relationName } from "../relation-name.ts";
import type { Rule } from "../rule.ts";
import type { Statement } from "../statement.ts";
import { strongLocks } from "../strong-locks.ts";

/** Changing rows after DDL in one transaction: the table stays locked for as long as the rows take. */
export const backfillWithDdl: Rule = {
  name: "backfill-with-ddl",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      const relation = changedRows(statement);
      if (!relation) return [];
      const table = relationName(relation, statement.schema);
      const severity = migration.bySize(table);
      const locked = migration
        .before(statement)
        .flatMap(strongLocks)
        .find((name) => !migration.isNew(name));
      if (!severity || locked === undefined) return [];
      const message = `Rows of ${migration.named(table)} are changed while this transaction holds a lock on ${locked}; nobody gets to ${locked} until the last row is done.`;
      const safe = `-- in a migration of its own after this one, in batches outside of a transaction if there are many rows:\n${statement.text};`;
      return [{ statement, severity, message, safe }];
    }),
};

function changedRows({ node }: Statement): RangeVar | undefined {
  if ("UpdateStmt" in node) return node.UpdateStmt.relation;
  if ("DeleteStmt" in node) return node.DeleteStmt.relation;
  if (!("InsertStmt" in node)) return undefined;
  const source = node.InsertStmt.selectStmt;
  const isRows = source && "SelectStmt" in source && source.SelectStmt.valuesLists;
  return isRows || !source ? undefined : node.InsertStmt.relation;
}
