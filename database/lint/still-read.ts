import type { LintedMigration } from "./linted-migration.ts";

/**
 * Who would miss a table, view, function or column if it changed now; undefined when nobody can.
 * @param name canonical name
 * @param column left out for the whole thing
 */
export function isStillRead(migration: LintedMigration, name: string, column?: string): string | undefined {
  if (migration.isNew(name)) return undefined;
  const { phase, stillRead = [], database } = migration.given;
  const full = column === undefined ? name : `${name}.${column}`;
  const isIt = (read: string) => {
    const canonical = read.replace(/^public\./, "");
    return canonical === full || canonical.startsWith(`${full}.`);
  };
  if (stillRead.some(isIt)) return `live code that still uses ${full}`;
  if (database?.readByViews.some(isIt)) return `a view that uses ${full}`;
  return phase === "expand" ? `the old version, which serves while the expand phase runs` : undefined;
}
