import type { Client } from "pg";

/** How many of the connections that Postgres itself allows are used; behind a pooler those are the pooler's. */
export interface PoolSaturation {
  used: number;
  /** Without those kept for administrators. */
  allowed: number;
  /** The tightest of the three limits that apply: of the server, of the database, of the role. */
  limit: { of: "server" | "database" | "role"; used: number; allowed: number };
}

const counts = `
  with here as (select datname, usename from pg_stat_activity where backend_type = 'client backend'),
    limits as (
      select 'server' as of, (select count(*) from here) as used,
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
          - coalesce(current_setting('reserved_connections', true)::int, 0) as allowed
      union all select 'database', (select count(*) from here where datname = current_database()), datconnlimit
        from pg_database where datname = current_database() and datconnlimit >= 0
      union all select 'role', (select count(*) from here where usename = current_user), rolconnlimit
        from pg_roles where rolname = current_user and rolconnlimit >= 0)
  select of, used::int, allowed::int from limits order by (allowed - used), allowed`;

export async function measureSaturation(client: Client): Promise<PoolSaturation> {
  const { rows } = await client.query<PoolSaturation["limit"]>(counts);
  const [limit] = rows;
  const server = rows.find(({ of }) => of === "server");
  if (!limit || !server) throw new Error("the server gave no row");
  return { used: server.used, allowed: server.allowed, limit };
}
