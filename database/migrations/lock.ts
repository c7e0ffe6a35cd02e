import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import type { Connection } from "./connection.ts";
import { MigrationError } from "./problem.ts";

// "chittyops migrations"; advisory locks are apart for each database.
const key = [0x63686974, 0x6d696772] as const;

const ours = `locktype = 'advisory' and granted and classid = ${key[0]} and objid = ${key[1]} and objsubid = 2
  and database = (select oid from pg_database where datname = current_database())`;

/** Who holds the lock, as far as the role may see it. */
export interface LockHolder {
  pid: number;
  role: string | undefined;
  application: string | undefined;
  /** Address, or `local` for a socket. */
  client: string | undefined;
  /** When its session began. */
  since: Date | undefined;
}

/** The lock was not free within the deadline. */
export class MigrationsLocked extends MigrationError {
  override name = "MigrationsLocked";
  readonly holder: LockHolder | undefined;
  constructor(waitedMs: number, holder: LockHolder | undefined) {
    const remedy = holder
      ? `let it finish and run again; if it is stuck, end it with\n    select pg_terminate_backend(${holder.pid});`
      : "run again";
    super(
      `Another run holds the lock of the migrations${holder ? `: ${describeHolder(holder)}` : ""}. Waited ${Math.round(waitedMs / 1000)} s for it.\n  remedy: ${remedy}`,
    );
    this.holder = holder;
  }
}

/** The session is not ours alone, so that no lock holds in it. */
export class PooledConnection extends MigrationError {
  override name = "PooledConnection";
  constructor(label: string, found: string) {
    super(
      `Found ${found} at ${label}.\n  expected: a direct connection, since the lock of the migrations belongs to a session\n  remedy: use the direct host (on Neon the one without \`-pooler\`)`,
    );
  }
}

/**
 * Waits for the lock by asking again and again, each time in a statement of its own: a session that *waited* for it in Postgres would hold a
 * snapshot, for which the holder's CREATE INDEX CONCURRENTLY would wait in turn, for ever.
 * @returns the pid of the session that now holds it
 */
export async function takeLock(
  client: Client,
  connection: Connection,
  { waitMs, signal, onWaiting }: { waitMs: number; signal: AbortSignal; onWaiting: (holder: LockHolder) => void },
): Promise<number> {
  if (connection.pooled) throw new PooledConnection(connection.label, "a pooled host");
  const began = performance.now();
  let session: number | undefined;
  let told: number | undefined;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 1000)) {
    signal.throwIfAborted();
    const { rows } = await client.query(
      "select pg_try_advisory_lock($1, $2) as taken, pg_backend_pid() as pid",
      key.slice(),
    );
    const pid = Number(rows[0]?.pid);
    session ??= pid;
    if (pid !== session)
      throw new PooledConnection(connection.label, "a pooler (the session changed between two queries)");
    if (rows[0]?.taken === true) {
      await checkLock(client, connection, pid);
      return pid;
    }
    const holder = await findHolder(client);
    if (holder && holder.pid !== told) onWaiting(holder);
    told = holder?.pid ?? told;
    const waited = performance.now() - began;
    if (waited >= waitMs) throw new MigrationsLocked(waited, holder);
    await delay(Math.min(pause * (0.5 + Math.random() / 2), waitMs - waited), undefined, { signal });
  }
}

/** @throws PooledConnection when the session is another one now, or has lost its lock */
export async function checkLock(client: Client, connection: Connection, pid: number): Promise<void> {
  const { rows } = await client.query(
    `select pg_backend_pid() as pid, exists (select from pg_locks where ${ours} and pid = pg_backend_pid()) as held`,
  );
  if (Number(rows[0]?.pid) === pid && rows[0]?.held === true) return;
  throw new PooledConnection(connection.label, "a session that lost its lock, as it happens behind a pooler");
}

export async function releaseLock(client: Client): Promise<void> {
  await client.query("select pg_advisory_unlock($1, $2)", key.slice());
}

/** Undefined when nobody holds it. */
export async function findHolder(client: Client): Promise<LockHolder | undefined> {
  const { rows } = await client.query(
    `select l.pid, a.usename, a.application_name, a.backend_start,
       case when a.backend_start is not null then coalesce(host(a.client_addr), 'local') end as client
     from (select pid from pg_locks where ${ours}) l left join pg_stat_activity a on a.pid = l.pid`,
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
  return {
    pid: Number(row.pid),
    role: text(row.usename),
    application: text(row.application_name),
    client: text(row.client),
    since: row.backend_start instanceof Date ? row.backend_start : undefined,
  };
}

/** `pid 4711, chittyops migrate, role app, from 10.0.0.7, connected since 2026-11-02T10:00:00.000Z` */
export function describeHolder({ pid, role, application, client, since }: LockHolder): string {
  return [
    `pid ${pid}`,
    application,
    role && `role ${role}`,
    client && `from ${client}`,
    since && `connected since ${since.toISOString()}`,
  ]
    .filter(Boolean)
    .join(", ");
}
