import type { Client } from "pg";

/** What a statement did to a table. */
interface Effect {
  /** A new file for the table or for one of its indexes. */
  rewritten: boolean;
  /** The table was read from end to end. */
  scanned: boolean;
  locks: string[];
}

/** Runs a statement on a real Postgres, measures, and rolls it back. */
export async function effectOf(client: Client, sql: string, on: string): Promise<Effect> {
  await client.query("begin");
  try {
    const before = await files(client, on);
    const scansBefore = await scans(client, on);
    await client.query(sql);
    const after = await files(client, on);
    const locks = await client.query(
      "select distinct mode from pg_locks where pid = pg_backend_pid() and relation = $1::regclass and granted",
      [on],
    );
    return {
      rewritten: [...after].some((file) => !before.has(file)),
      scanned: (await scans(client, on)) > scansBefore,
      locks: locks.rows.map(({ mode }) => String(mode)),
    };
  } finally {
    await client.query("rollback");
  }
}

/** How often the table was read from end to end, as this session counts. */
async function scans(client: Client, on: string): Promise<number> {
  const { rows } = await client.query("select pg_stat_get_xact_numscans($1::regclass) as scans", [on]);
  return Number(rows[0]?.scans);
}

/** The files of a table and its indexes; an index made again for a type that needs no new one keeps its file. */
async function files(client: Client, on: string): Promise<Set<string>> {
  const { rows } = await client.query(
    "select relfilenode from pg_class where oid = $1::regclass or oid in (select indexrelid from pg_index where indrelid = $1::regclass)",
    [on],
  );
  return new Set(rows.map(({ relfilenode }) => String(relfilenode)));
}
