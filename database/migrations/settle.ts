import type { Connection } from "./connection.ts";
import { releaseLock, takeLock } from "./lock.ts";
import { explained } from "./missing-right.ts";
import { MigrationsRefused } from "./problem.ts";
import { readMigrations } from "./read-folder.ts";
import { readState, recordProgress } from "./state.ts";
import { parseMigrations } from "./statements.ts";

/**
 * Says what only a person can tell of a migration that stopped outside a transaction (`MigrationInDoubt`): whether the statement at which its
 * runner died happened (`done`) or is to be run (`again`). Runs nothing; the next run goes on from there.
 * @throws MigrationsRefused when nothing is in doubt; MigrationsLocked while a run is at work
 */
export async function settle(
  connection: Connection,
  folderPath: string,
  name: string,
  answer: "done" | "again",
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const folder = readMigrations(folderPath);
  const client = await connection.open(signal);
  try {
    await takeLock(client, connection, { waitMs: 5_000, signal, onWaiting: () => {} });
    const { recorded } = await readState(client, folder);
    const record = recorded.find((other) => other.name === name && other.state === "running");
    const { parsed } = await parseMigrations(
      folder.migrations.filter((other) => other.name === name),
      folder.kind,
    );
    const [migration] = parsed;
    if (record === undefined || migration === undefined || migration.checksum !== record.checksum)
      throw new MigrationsRefused([
        {
          file: name,
          found: record ? "a file that was changed since it was begun, or is gone" : "no record of it that is in doubt",
          expected: "a migration outside a transaction whose runner died, with its file as it was",
          remedy: record ? "restore the file" : "run `chittyops db status` to see what is pending",
        },
      ]);
    await client.query(recordProgress(migration, record.statementsDone + (answer === "done" ? 1 : 0), "stopped"));
    await releaseLock(client);
  } catch (error) {
    throw await explained(error, client, connection.role);
  } finally {
    await client.end();
  }
}
