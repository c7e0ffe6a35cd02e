import type { LintedMigration } from "../linted-migration.ts";
import type { Problem, Rule } from "../rule.ts";
import type { Statement } from "../statement.ts";
import { strongLocks } from "../strong-locks.ts";

/**
 * Statements of one transaction that lock several tables: the first stays locked while the next is waited for, and code that
 * takes them in another order deadlocks. A warning whatever the sizes, for the wait does not depend on them.
 */
export const severalTablesLocked: Rule = {
  name: "several-tables-locked",
  check: (migration) => {
    const held = new Map<number, string[]>();
    return migration.statements.flatMap((statement): Problem[] => {
      if (statement.transaction === undefined) return [];
      const before = held.get(statement.transaction) ?? [];
      const now = lockedHere(migration, statement).filter((table) => !before.includes(table));
      held.set(statement.transaction, [...before, ...now]);
      if (before.length === 0 || now.length === 0) return [];
      const message = `This transaction already holds a lock on ${before.join(", ")} and waits here for one on ${now.join(", ")}; meanwhile nobody gets to either.`;
      const safe = `-- in a migration of its own:\n${statement.text};`;
      return [{ statement, severity: "warning", message, safe }];
    });
  },
};

function lockedHere(migration: LintedMigration, statement: Statement): string[] {
  return strongLocks(statement).filter((table) => !migration.isNew(table));
}
