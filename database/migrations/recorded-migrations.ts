import type { Client, ClientBase } from "pg";
import type { MigrationProblem } from "./problem.ts";
import { MigrationsRefused } from "./problem.ts";
import { readMigrations } from "./read-folder.ts";
import { readState } from "./state.ts";

/** A migration that a database has, with its text. */
export interface RecordedMigration {
  name: string;
  checksum: string;
  sql: string;
}

/**
 * The migrations that a database has, in their order, with the text of their files. Writes nothing; also inside a transaction.
 * @throws MigrationsRefused where a file is not as it was applied, or one was begun and not finished: its text would not make this schema
 */
export async function recordedMigrations(client: ClientBase, folderPath: string): Promise<RecordedMigration[]> {
  const folder = readMigrations(folderPath);
  const { recorded } = await readState(client as Client, folder);
  const problems: MigrationProblem[] = [];
  const found = recorded.flatMap(({ name, checksum, state }) => {
    const migration = folder.migrations.find((one) => one.name === name);
    if (state === "applied" && migration?.checksum === checksum) return [{ name, checksum, sql: migration.sql }];
    problems.push({
      file: name,
      found:
        state !== "applied"
          ? "a record of it that is not finished"
          : migration
            ? "another text than the one applied"
            : "no file",
      expected: "every applied migration in the folder as it was applied",
      remedy: state === "applied" ? "restore the file from version control" : "finish it: chittyops db migrate",
    });
    return [];
  });
  if (problems.length > 0) throw new MigrationsRefused(problems);
  return found;
}
