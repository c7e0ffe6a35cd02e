import type { MigrationSpec } from "./schema/hosting.ts";

/** The Durable Object classes that exist once all migrations have been applied. */
export function liveClasses(migrations: readonly MigrationSpec[]): string[] {
  const live = new Set<string>();
  for (const { newSqliteClasses = [], newClasses = [], renamedClasses = [], deletedClasses = [] } of migrations) {
    for (const name of [...newSqliteClasses, ...newClasses]) live.add(name);
    for (const { from, to } of renamedClasses) {
      live.delete(from);
      live.add(to);
    }
    for (const name of deletedClasses) live.delete(name);
  }
  return [...live];
}
