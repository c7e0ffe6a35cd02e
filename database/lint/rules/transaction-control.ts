import type { Problem, Rule } from "../rule.ts";

const begins = new Set(["TRANS_STMT_BEGIN", "TRANS_STMT_START"]);
const ends = new Set(["TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK"]);

/** BEGIN and COMMIT where the runner has its own, or a BEGIN that nothing ends. */
export const transactionControl: Rule = {
  name: "transaction-control",
  check: (migration) => {
    let open: Problem | undefined;
    const found: Problem[] = [];
    for (const statement of migration.statements) {
      const { node, text } = statement;
      if (!("TransactionStmt" in node)) continue;
      const kind = node.TransactionStmt.kind ?? "";
      if (migration.given.transaction) {
        if (!begins.has(kind) && !ends.has(kind)) continue;
        const message = `${text} in a migration that already runs in a transaction: a COMMIT would end it before the migration is recorded.`;
        found.push({
          statement,
          severity: "error",
          message,
          safe: `-- leave out ${text}; the runner begins and commits`,
        });
      } else if (begins.has(kind)) {
        const message = `${text} is never followed by COMMIT: everything after it would be rolled back.`;
        open = { statement, severity: "error", message, safe: "COMMIT;" };
      } else if (ends.has(kind)) open = undefined;
    }
    return open ? [...found, open] : found;
  },
};
