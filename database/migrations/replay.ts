import { type Applying, applyAlone, applyInTransaction, StatementFailed } from "./apply.ts";
import type { Connection } from "./connection.ts";
import { readHeader } from "./header.ts";
import type { Migration } from "./migration.ts";
import { MigrationFailed } from "./migration-failed.ts";
import { MigrationsRefused } from "./problem.ts";
import type { RecordedMigration } from "./recorded-migrations.ts";
import { prepareState } from "./state.ts";
import { type ParsedMigration, parseMigrations } from "./statements.ts";

const timeouts = { lockTimeoutMs: 30_000, statementTimeoutMs: 3_600_000, concurrentTimeoutMs: 3_600_000 };

/**
 * Makes in an empty database of one's own the schema that another one got from its migrations, whether or not that one skipped some that are
 * held, and records them.
 * @throws MigrationsRefused, MigrationFailed, ConnectionFailed
 */
export async function replay(
  connection: Connection,
  migrations: readonly RecordedMigration[],
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const { parsed, problems } = await parseMigrations(migrations.map(asMigration), "sql");
  if (problems.length > 0) throw new MigrationsRefused(problems);
  const client = await connection.open(signal);
  const applying: Applying = { client, timeouts, signal, onStatement: () => {} };
  const applied: string[] = [];
  try {
    await prepareState(client, { ours: false, recorded: [], adoptable: [] });
    for (const migration of parsed) {
      await apply(migration, applying).catch((error: unknown) => {
        if (!(error instanceof StatementFailed)) throw error;
        const notApplied = parsed.map(({ name }) => name).filter((name) => !applied.includes(name));
        throw new MigrationFailed(migration, error.statement, error.error, undefined, { applied, notApplied });
      });
      applied.push(migration.name);
    }
  } finally {
    await client.end();
  }
}

function apply(migration: ParsedMigration, applying: Applying): Promise<void> {
  return migration.transaction ? applyInTransaction(migration, applying) : applyAlone(migration, undefined, applying);
}

/** Drizzle's breakpoints are comments to Postgres. */
function asMigration({ name, checksum, sql }: RecordedMigration): Migration {
  const file = `${name}.sql`;
  const { phase, transaction, overtakes, waivers } = readHeader(sql, file);
  return { number: Number.parseInt(name, 10), name, file, sql, checksum, phase, transaction, overtakes, waivers };
}
