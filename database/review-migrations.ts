import type { Finding } from "./lint/finding.ts";
import { lintMigration } from "./lint/lint-migration.ts";
import type { DatabaseFacts } from "./lint/migration-to-lint.ts";
import { newTablesOf } from "./lint/new-tables.ts";
import { readDatabaseFacts } from "./lint/read-database-facts.ts";
import type { Connection } from "./migrations/connection.ts";
import type { Phase } from "./migrations/migration.ts";
import type { ContractAllowed } from "./migrations/plan.ts";
import { type MigrationPreview, preview } from "./migrations/preview.ts";

export interface ReviewOptions {
  folder: string;
  phase: Phase;
  contractAllowed: ContractAllowed;
  /** Absent: a database that is yet to be made, and so is empty. */
  connection: Connection | undefined;
  signal: AbortSignal;
}

/** What `migrate` would do, and what is dangerous about it on this very database. */
export interface Review extends MigrationPreview {
  /** Of the migrations that would run, in their order. */
  findings: readonly (Finding & { file: string })[];
}

/**
 * Looks at the pending migrations before they run. Writes nothing.
 * @throws MigrationsRefused for a folder with problems, ConnectionFailed
 */
export async function reviewMigrations({ connection, ...options }: ReviewOptions): Promise<Review> {
  const found = await preview({ ...options, ...(connection && { connection }) });
  if (found.problems.length > 0 || found.run.length === 0) return { ...found, findings: [] };
  const database = connection === undefined ? emptyDatabase : await factsOf(connection, options.signal);
  return { ...found, findings: await lintAll(found, database) };
}

const emptyDatabase: DatabaseFacts = { tables: {}, indexes: {}, readByViews: [] };

async function factsOf(connection: Connection, signal: AbortSignal): Promise<DatabaseFacts> {
  const client = await connection.open(signal);
  try {
    return await readDatabaseFacts(client);
  } finally {
    await client.end();
  }
}

/** Each migration in the light of those before it. */
async function lintAll({ run, pending }: MigrationPreview, database: DatabaseFacts): Promise<Review["findings"]> {
  const newTables: string[] = [];
  const found: (Finding & { file: string })[] = [];
  for (const { name } of run) {
    const migration = pending.find((one) => one.name === name);
    if (migration === undefined) continue;
    const { file, sql, transaction, phase, waivers } = migration;
    const findings = await lintMigration({ sql, transaction, phase, waivers, database, newTables });
    found.push(...findings.map((finding) => ({ file, ...finding })));
    newTables.push(...(await newTablesOf(sql)));
  }
  return found;
}
