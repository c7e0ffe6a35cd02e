import type { Rule } from "../rule.ts";
import { isStillRead } from "../still-read.ts";
import { typeChange } from "../type-change.ts";

/** A column of another type breaks what reads it: prepared statements fail, and drivers give other values. */
export const typeChangeWhileRead: Rule = {
  name: "type-change",
  check: (migration) =>
    migration.commands.flatMap((of) => {
      const change = typeChange(of, migration);
      const reader = isStillRead(migration, of.table, of.command.name);
      if (!change || !reader) return [];
      const message = `${change.what} breaks ${reader}.`;
      return [{ statement: of.statement, severity: "error", message, safe: change.safe }];
    }),
};
