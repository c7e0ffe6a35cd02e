import type { Client } from "pg";

export interface ServerFound {
  /** e.g. `17.5`. */
  version: string;
  /** Since when it runs, ISO 8601. */
  startedAt: string;
  /** Why nothing can be written: a replica, or a session that is read-only by its settings. */
  readOnly: false | "replica" | "setting";
}

export async function askServer(client: Client): Promise<ServerFound> {
  const { rows } = await client.query<{ version: string; startedAt: Date; replica: boolean; setting: boolean }>(`
    select split_part(current_setting('server_version'), ' ', 1) as version, pg_postmaster_start_time() as "startedAt",
      pg_is_in_recovery() as replica, current_setting('transaction_read_only')::bool as setting`);
  const [row] = rows;
  if (!row) throw new Error("the server gave no row");
  return {
    version: row.version,
    startedAt: row.startedAt.toISOString(),
    readOnly: row.replica ? "replica" : row.setting ? "setting" : false,
  };
}
