import type { Client } from "pg";

/** A session of any database of the server, without the one that asks. */
export interface Session {
  pid: number;
  application: string;
  role: string;
  database: string;
  state: string;
  /** Since when it is in that state. */
  stateSince: Date | null;
  transactionSince: Date | null;
  /** Whether it keeps vacuum from removing what is dead. */
  holdsSnapshot: boolean;
}

/** Without rights to see others' sessions (`pg_read_all_stats`) only their number is known: application and state are then empty. */
export async function readSessions(client: Client): Promise<Session[]> {
  const { rows } = await client.query<Session>(`
    select pid, coalesce(application_name, '') as application, coalesce(usename, '') as role, coalesce(datname, '') as database,
      coalesce(state, '') as state, state_change as "stateSince", xact_start as "transactionSince",
      (backend_xid is not null or backend_xmin is not null) as "holdsSnapshot"
    from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() order by xact_start nulls last, pid`);
  return rows;
}
