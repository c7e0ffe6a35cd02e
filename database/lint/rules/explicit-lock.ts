import { relationName } from "../relation-name.ts";
import type { Rule } from "../rule.ts";

/** From SHARE on a lock stops writers; the number is Postgres' own. */
const share = 5;

/** LOCK TABLE keeps others out until the transaction ends. */
export const explicitLock: Rule = {
  name: "explicit-lock",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      if (!("LockStmt" in statement.node) || (statement.node.LockStmt.mode ?? 0) < share) return [];
      return (statement.node.LockStmt.relations ?? []).flatMap((relation) => {
        const table = "RangeVar" in relation ? relationName(relation.RangeVar, statement.schema) : "";
        const severity = migration.atLeastWarning(table);
        if (!severity) return [];
        const message = `LOCK TABLE keeps writers from ${migration.named(table)} until the transaction ends.`;
        const safe = `-- leave it out: each statement takes the lock it needs. To keep two runs apart, lock a number instead:\nSELECT pg_advisory_xact_lock(hashtext('${table.replaceAll("'", "''")}'));`;
        return [{ statement, severity, message, safe }];
      });
    }),
};
