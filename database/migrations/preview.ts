import type { Connection } from "./connection.ts";
import { describeParsed } from "./describe.ts";
import type { MigrateOptions } from "./migrate.ts";
import type { Migration, MigrationFolder, Phase } from "./migration.ts";
import { explained } from "./missing-right.ts";
import { plan } from "./plan.ts";
import type { MigrationProblem } from "./problem.ts";
import { readMigrations } from "./read-folder.ts";
import { readState, type State } from "./state.ts";
import { type ParsedMigration, parseMigrations } from "./statements.ts";

export interface MigrationPreview {
  run: readonly { name: string; phase: Phase; does: string }[];
  held: readonly { name: string; does: string; why: string }[];
  /** What `migrate` would refuse now. */
  problems: readonly MigrationProblem[];
  /** The pending migrations with their statements, for a linter. */
  pending: readonly ParsedMigration[];
}

/**
 * What `migrate` would do. Writes nothing and takes no lock.
 * @param options without a connection the database does not exist yet, so that everything is pending
 * @throws MigrationsRefused for a folder with problems; ConnectionFailed
 */
export async function preview({
  connection,
  folder: path,
  phase,
  contractAllowed,
  signal,
}: Omit<MigrateOptions, "connection"> & { connection?: Connection }): Promise<MigrationPreview> {
  const folder = readMigrations(path);
  const recorded = connection ? (await look(connection, folder, signal)).recorded : [];
  const { run, held, problems } = plan(folder, recorded, phase, contractAllowed);
  const migrations = [...run, ...held].map(({ migration }) => migration);
  const found = await parseMigrations(migrations, folder.kind);
  const does = ({ name }: Migration) =>
    found.parsed
      .filter((parsed) => parsed.name === name)
      .map((parsed) => describeParsed(parsed, found.problems))
      .join();
  return {
    run: run.map(({ migration }) => ({ name: migration.name, phase: migration.phase, does: does(migration) })),
    held: held.map(({ migration, why }) => ({ name: migration.name, does: does(migration), why })),
    problems: [...problems, ...found.problems],
    pending: found.parsed,
  };
}

async function look(connection: Connection, folder: MigrationFolder, signal: AbortSignal | undefined): Promise<State> {
  const client = await connection.open(signal);
  try {
    return await readState(client, folder);
  } catch (error) {
    throw await explained(error, client, connection.role);
  } finally {
    await client.end();
  }
}
