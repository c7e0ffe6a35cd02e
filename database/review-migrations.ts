import type { Finding } from "./lint/finding.ts";
import { lintMigration } from "./lint/lint-migration.ts";
import type { DatabaseFacts } from "./lint/migration-to-lint.ts";
import { newTablesOf } from "./lint/new-tables.ts";
import { readDatabaseFacts } from "./lint/read-database-facts.ts";
import type { Connection } from "./migrations/connection.ts";
import { describeMigrations } from "./migrations/describe.ts";
import type { Migration, MigrationFolder, Phase } from "./migrations/migration.ts";
import { type ContractAllowed, type Held, type Plan, plan } from "./migrations/plan.ts";
import type { MigrationProblem } from "./migrations/problem.ts";
import { readMigrations } from "./migrations/read-folder.ts";
import { readState } from "./migrations/state.ts";

export interface ReviewOptions {
  folder: string;
  phase: Phase;
  contractAllowed: ContractAllowed;
  /** Absent: a database that is yet to be made, and so is empty. */
  connection: Connection | undefined;
  signal: AbortSignal;
}

/** A migration that would run now. */
export interface Reviewed {
  name: string;
  file: string;
  phase: Phase;
  /** One line for people. */
  does: string;
  findings: readonly Finding[];
}

export interface Review {
  /** In the order in which they would run. */
  pending: readonly Reviewed[];
  held: readonly { name: string; why: string }[];
  /** With one of these nothing may run: drift, an order that cannot be. */
  problems: readonly MigrationProblem[];
}

/**
 * What `migrate` would do, what each file does, and what is dangerous about it on this very database. Writes nothing.
 * @throws MigrationsRefused for a folder with problems, ConnectionFailed
 */
export async function reviewMigrations(options: ReviewOptions): Promise<Review> {
  const folder = readMigrations(options.folder);
  const { run, held, problems, facts } = await planOn(folder, options);
  const migrations = run.map(({ migration }) => migration);
  const lines = await describeMigrations({ kind: folder.kind, migrations });
  const findings = problems.length > 0 ? [] : await lintAll(migrations, facts);
  return {
    pending: migrations.map(({ name, file, phase }, index) => ({
      name,
      file,
      phase,
      does: lines[index] ?? "",
      findings: findings[index] ?? [],
    })),
    held: held.map(({ migration, why }: Held) => ({ name: migration.name, why })),
    problems,
  };
}

const emptyDatabase: DatabaseFacts = { tables: {}, indexes: {}, readByViews: [] };

async function planOn(
  folder: MigrationFolder,
  { connection, phase, contractAllowed, signal }: ReviewOptions,
): Promise<Plan & { facts: DatabaseFacts }> {
  if (connection === undefined) return { ...plan(folder, [], phase, contractAllowed), facts: emptyDatabase };
  const client = await connection.open(signal);
  try {
    const { recorded } = await readState(client, folder);
    const planned = plan(folder, recorded, phase, contractAllowed);
    return { ...planned, facts: planned.run.length > 0 ? await readDatabaseFacts(client) : emptyDatabase };
  } finally {
    await client.end();
  }
}

/** Each migration in the light of those before it. Text that cannot be read makes no tables; it has a finding of its own. */
async function lintAll(migrations: readonly Migration[], database: DatabaseFacts): Promise<Finding[][]> {
  const newTables: string[] = [];
  const found: Finding[][] = [];
  for (const { sql, transaction, phase, waivers } of migrations) {
    found.push(await lintMigration({ sql, transaction, phase, waivers, database, newTables }));
    newTables.push(...(await newTablesOf(sql).catch(() => [])));
  }
  return found;
}
