import { type Client, DatabaseError, escapeLiteral } from "pg";
import { isLost } from "./lost.ts";
import { type Migration, type MigrationFolder, type Phase, sha256 } from "./migration.ts";
import type { ParsedMigration } from "./statements.ts";

/** What the database remembers of a migration. */
export interface Recorded {
  number: number;
  name: string;
  checksum: string;
  phase: Phase;
  /**
   * Only a migration outside a transaction is ever seen unfinished. `running`: its runner works on it, or died at the statement after
   * `statementsDone`; `stopped`: that statement failed, and is known not to have happened.
   */
  state: "applied" | "running" | "stopped";
  statementsDone: number;
  /** Of the statements that are done, to notice that they were edited. */
  doneChecksum: string | undefined;
  startedAt: Date;
  appliedAt: Date | undefined;
  /** The role; `drizzle` when drizzle's own migrator applied it. */
  appliedBy: string;
  durationMs: number | undefined;
}

export interface State {
  /** Our table is there. */
  ours: boolean;
  recorded: readonly Recorded[];
  /** Of them, those that only drizzle's table knows so far. */
  adoptable: readonly Recorded[];
}

const createTable = `
  create schema if not exists chittyops;
  create table chittyops.migrations (
    number bigint primary key,
    name text not null unique,
    checksum text not null,
    phase text not null check (phase in ('expand', 'contract')),
    state text not null check (state in ('running', 'stopped', 'applied')),
    statements_done integer not null,
    done_checksum text,
    started_at timestamptz not null,
    applied_at timestamptz check ((applied_at is null) = (state <> 'applied')),
    applied_by text not null,
    duration_ms bigint
  );
  comment on table chittyops.migrations is 'Which migrations were applied; kept by chittyops.'`;

/**
 * Whether every file is applied as it is and nothing else is: one round trip, and as little as can be asked in it. `false` when it cannot tell:
 * then `readState` does. Drizzle may have applied more than its folder says, so there it never tells.
 */
export async function isUpToDate(client: Client, { kind, migrations }: MigrationFolder): Promise<boolean> {
  if (kind === "drizzle") return false;
  try {
    const { rows } = await client.query<[string, string | null]>({
      text: "select name, case state when 'applied' then checksum end from chittyops.migrations",
      rowMode: "array",
    });
    const applied = new Map(rows);
    return (
      rows.length === migrations.length && migrations.every(({ name, checksum }) => applied.get(name) === checksum)
    );
  } catch (error) {
    // No table yet, or no right to read it.
    if (error instanceof DatabaseError && !isLost(error)) return false;
    throw error;
  }
}

/** Two round trips, whatever there is. Writes nothing. */
export async function readState(client: Client, folder: MigrationFolder): Promise<State> {
  const { rows: tables } = await client.query(
    "select to_regclass('chittyops.migrations') is not null as ours, to_regclass('drizzle.__drizzle_migrations') is not null as drizzle",
  );
  const ours = tables[0]?.ours === true;
  const drizzle = tables[0]?.drizzle === true && folder.kind === "drizzle";
  if (!ours && !drizzle) return { ours, recorded: [], adoptable: [] };
  const queries = [
    ...(ours ? ["select * from chittyops.migrations order by number"] : []),
    ...(drizzle ? ["select hash, created_at from drizzle.__drizzle_migrations order by created_at"] : []),
  ];
  const answers = [await client.query(queries.join(";"))].flat();
  const recorded = ours ? (answers.shift()?.rows ?? []).map(recordedRow) : [];
  const adoptable = drizzle ? byDrizzle(answers.shift()?.rows ?? [], folder.migrations, recorded) : [];
  return { ours, recorded: [...recorded, ...adoptable], adoptable };
}

function recordedRow(row: Record<string, unknown>): Recorded {
  return {
    number: Number(row.number),
    name: String(row.name),
    checksum: String(row.checksum),
    phase: row.phase === "contract" ? "contract" : "expand",
    state: row.state === "running" || row.state === "stopped" ? row.state : "applied",
    statementsDone: Number(row.statements_done),
    doneChecksum: typeof row.done_checksum === "string" ? row.done_checksum : undefined,
    startedAt: row.started_at as Date,
    appliedAt: row.applied_at instanceof Date ? row.applied_at : undefined,
    appliedBy: String(row.applied_by),
    durationMs: row.duration_ms === null ? undefined : Number(row.duration_ms),
  };
}

/** Drizzle knows a migration by its time (`created_at` is the `when` of the journal), and the sha256 of its file. */
function byDrizzle(
  rows: readonly Record<string, unknown>[],
  migrations: readonly Migration[],
  recorded: readonly Recorded[],
): Recorded[] {
  const names = new Set(recorded.map(({ name }) => name));
  const hashes = new Set(recorded.map(({ checksum }) => checksum));
  return rows.flatMap((row) => {
    const hash = String(row.hash);
    const when = Number(row.created_at);
    const migration =
      migrations.find(({ drizzle }) => drizzle?.when === when) ??
      migrations.find(({ drizzle }) => drizzle?.hashes().includes(hash));
    if (migration ? names.has(migration.name) : hashes.has(hash)) return [];
    const same = migration?.drizzle?.hashes().includes(hash) === true;
    const name = migration?.name ?? `drizzle's migration of ${new Date(when).toISOString()}`;
    names.add(name);
    return [
      {
        number: migration?.number ?? -1,
        name,
        checksum: same && migration ? migration.checksum : hash,
        phase: migration?.phase ?? "expand",
        state: "applied" as const,
        statementsDone: 0,
        doneChecksum: undefined,
        startedAt: new Date(when),
        appliedAt: new Date(when),
        appliedBy: "drizzle",
        durationMs: undefined,
      },
    ];
  });
}

/** Makes our table when it is missing, and takes over what drizzle has applied; both or neither. */
export async function prepareState(client: Client, { ours, adoptable }: State): Promise<void> {
  const statements = [
    ...(ours ? [] : [createTable]),
    ...adoptable.map(({ number, name, checksum, phase, appliedBy, startedAt }) => {
      const at = escapeLiteral(startedAt.toISOString());
      return `insert into chittyops.migrations (number, name, checksum, phase, state, statements_done, started_at, applied_at, applied_by)
        values (${number}, ${escapeLiteral(name)}, '${checksum}', '${phase}', 'applied', 0, ${at}, ${at}, '${appliedBy}')`;
    }),
  ];
  // A query of several statements is one transaction.
  if (statements.length > 0) await client.query(statements.join(";"));
}

/** Records a whole migration: to be run in its own transaction. A second record of the same number fails. */
export function recordApplied(migration: ParsedMigration, durationMs: number): string {
  return `
    delete from chittyops.migrations where number = ${migration.number} and state = 'stopped' and statements_done = 0;
    insert into chittyops.migrations (number, name, checksum, phase, state, statements_done, started_at, applied_at, applied_by, duration_ms)
    values (${identity(migration)}, 'applied', ${migration.statements.length}, now(), clock_timestamp(), session_user, ${Math.round(durationMs)})`;
}

export function recordBegun(migration: ParsedMigration): string {
  return `insert into chittyops.migrations (number, name, checksum, phase, state, statements_done, started_at, applied_by)
    values (${identity(migration)}, 'running', 0, now(), session_user)
    on conflict (number) do update set state = 'running', name = excluded.name, checksum = excluded.checksum, phase = excluded.phase
      where migrations.state <> 'applied'`;
}

/** @param done how many statements have happened */
export function recordProgress(migration: ParsedMigration, done: number, state: "running" | "stopped"): string {
  return `update chittyops.migrations set state = '${state}', statements_done = ${done}, done_checksum = '${checksumOf(migration, done)}'
    where number = ${migration.number} and state <> 'applied'`;
}

export function recordFinished(migration: ParsedMigration, durationMs: number): string {
  return `update chittyops.migrations set state = 'applied', checksum = '${migration.checksum}', applied_at = clock_timestamp(),
      applied_by = session_user, duration_ms = ${Math.round(durationMs)}
    where number = ${migration.number}`;
}

export function checksumOf(migration: ParsedMigration, done: number): string {
  const texts = migration.statements.slice(0, done).map(({ text }) => text);
  return sha256(texts.join(";\n"));
}

function identity({ number, name, checksum, phase }: Migration): string {
  return `${number}, ${escapeLiteral(name)}, '${checksum}', '${phase}'`;
}
