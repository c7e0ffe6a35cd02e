import type { ObjectStorage } from "./object-storage.ts";

/** The statements that bring a schema from one version to the next. */
export type SchemaStep = readonly string[];

/**
 * Brings a keeper's tables in an object's storage to their newest version: every step that they have not had yet, each with its version or
 * not at all. An object does this while it is made, before it takes its first call, so that nothing waits for an upgrade of all of them. The
 * first step says `IF NOT EXISTS`: tables may be older than their version. A step only adds (a table, a column with a default, an index):
 * when the code before is rolled out again, it goes on with a schema that is ahead of it.
 *
 * @param keeper whose tables they are: a storage may hold those of several
 * @param steps in order; one that was released never changes
 */
export function migrate(storage: ObjectStorage, keeper: string, steps: readonly SchemaStep[]): void {
  storage.sql.exec("CREATE TABLE IF NOT EXISTS schema_versions (keeper TEXT PRIMARY KEY, version INTEGER NOT NULL)");
  for (let version = versionOf(storage, keeper); version < steps.length; version += 1) {
    storage.transactionSync(() => {
      for (const statement of steps[version] ?? []) storage.sql.exec(statement);
      storage.sql.exec("INSERT OR REPLACE INTO schema_versions VALUES (?, ?)", keeper, version + 1);
    });
  }
}

function versionOf({ sql }: ObjectStorage, keeper: string): number {
  return (
    sql.exec<{ version: number }>("SELECT version FROM schema_versions WHERE keeper = ?", keeper).toArray()[0]
      ?.version ?? 0
  );
}
