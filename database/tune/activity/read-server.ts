import type { Client } from "pg";

export interface ServerActivity {
  database: string;
  databaseSize: number;
  /** The time of the server. */
  takenAt: Date;
  /** Statistics count at least since then. */
  statisticsSince: Date;
  blocks: { hit: number; read: number };
  commits: number;
  /** Sessions opened since then. */
  sessionsOpened: number;
  /** Milliseconds in which sessions ran statements, all sessions together. */
  activeTime: number;
  /** Connections for everybody who is no administrator. */
  connectionsAllowed: number;
  autovacuum: boolean;
  /** Milliseconds; 0: none. */
  idleInTransactionTimeout: number;
  transactionIds: { age: number; freezeAt: number };
}

export async function readServer(client: Client): Promise<ServerActivity> {
  // A start after a crash or a suspension begins the statistics anew without a date of reset.
  const { rows } = await client.query<ServerActivity & { hit: number; read: number; age: number; freezeAt: number }>(`
    select current_database() as database, pg_database_size(current_database())::float8 as "databaseSize", clock_timestamp() as "takenAt",
      coalesce(stats_reset, pg_postmaster_start_time()) as "statisticsSince", blks_hit::float8 as hit, blks_read::float8 as read,
      xact_commit::float8 as commits, sessions::float8 as "sessionsOpened", active_time as "activeTime",
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true)::int, 0) as "connectionsAllowed",
      current_setting('autovacuum')::bool as autovacuum,
      (select setting::float8 from pg_settings where name = 'idle_in_transaction_session_timeout') as "idleInTransactionTimeout",
      age(d.datfrozenxid)::float8 as age, current_setting('autovacuum_freeze_max_age')::float8 as "freezeAt"
    from pg_stat_database s join pg_database d on d.oid = s.datid where s.datname = current_database()`);
  const [row] = rows;
  if (!row) throw new Error("the server gave no row");
  const { hit, read, age, freezeAt, ...rest } = row;
  return { ...rest, blocks: { hit, read }, transactionIds: { age, freezeAt } };
}
