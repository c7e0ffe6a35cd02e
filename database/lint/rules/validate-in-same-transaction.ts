import type { Rule } from "../rule.ts";
import { outside } from "../safe-form.ts";
import { tableCommands } from "../table-commands.ts";

/** NOT VALID and VALIDATE in one transaction: the strong lock of the first is kept during the long check of the second. */
export const validateInSameTransaction: Rule = {
  name: "validate-in-same-transaction",
  check: (migration) =>
    migration.commands.flatMap((of) => {
      const severity = migration.bySize(of.table);
      if (of.command.subtype !== "AT_ValidateConstraint" || !severity) return [];
      const earlier = [...migration.before(of.statement), of.statement].flatMap(tableCommands);
      const locks = earlier.find(
        ({ table, command }) => table === of.table && command.subtype !== "AT_ValidateConstraint",
      );
      if (!locks) return [];
      const message = `VALIDATE CONSTRAINT checks every row of ${migration.named(of.table)} while the lock that this transaction's ${locks.text.split(/\s+/, 2).join(" ")} took is kept.`;
      const safe = `-- in a later migration, or ${outside.slice(3)}\nALTER TABLE ${of.sql} ${of.text};`;
      return [{ statement: of.statement, severity, message, safe }];
    }),
};
