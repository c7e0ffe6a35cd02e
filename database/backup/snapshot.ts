import type { Client } from "pg";
import { BackupFailed } from "./backup-failed.ts";
import { quoted, readTableNames, readTableShapes, type TableName, type TableShape } from "./catalog.ts";
import { databaseError } from "./database-error.ts";
import { limitlessTransaction, workUnhurried, writeValuesAlike } from "./table-data.ts";

/** One moment of a database, held open by the session that found it. */
export interface Snapshot {
  /** For `joinSnapshot`. */
  exported: string;
  recoveryPoint: string;
  lsn: string;
  server: { version: string; encoding: string };
  /** The largest first. */
  tables: (TableShape & { size: number })[];
}

const settings = [workUnhurried, writeValuesAlike, "set local search_path = ''"].join(";");
const attempts = 5;

/**
 * Begins a read-only transaction in which every table is locked against being dropped, altered or truncated, and only then takes the snapshot:
 * the other way round (which is pg_dump's) a TRUNCATE in between would show an empty table, as TRUNCATE keeps to no snapshot.
 * @throws BackupFailed `schema-changed` where tables come and go all the time.
 */
export async function takeSnapshot(client: Client): Promise<Snapshot> {
  const limitless = limitlessTransaction(await serverVersion(client));
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const before = await readTableNames(client);
    if (!(await lockAll(client, before, limitless))) continue;
    // statement_timestamp() is when this very query arrived: whatever was committed before is in the snapshot that it takes.
    const { rows } = await client.query(
      `select pg_export_snapshot() as exported, to_char(statement_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as moment,
         (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end)::text as lsn,
         current_setting('server_version') as version, current_setting('server_encoding') as encoding`,
    );
    const { exported, moment, lsn, version, encoding } = rows[0];
    const locked = new Map(before.map(({ oid, bytes }) => [oid, bytes]));
    const after = await readTableNames(client);
    if (after.length === before.length && after.every(({ oid }) => locked.has(oid))) {
      const sizes = new Map(after.map((table) => [quoted(table), table.bytes]));
      const tables = (await readTableShapes(client)).map((table) => ({
        ...table,
        size: sizes.get(quoted(table)) ?? 0,
      }));
      tables.sort((a, b) => b.size - a.size);
      return { exported, recoveryPoint: moment, lsn, server: { version, encoding }, tables };
    }
    await client.query("rollback");
  }
  throw new BackupFailed("schema-changed", `Tables were made or dropped during each of ${attempts} attempts.`, {
    expected: "a schema that holds still for a moment",
    remedy: "Wait for whatever changes the schema to end, then start again.",
  });
}

/** Makes this session see what the snapshot's session sees. */
export async function joinSnapshot(client: Client, { exported }: Snapshot): Promise<void> {
  const limitless = limitlessTransaction(await serverVersion(client));
  const begin = `begin isolation level repeatable read read only; set transaction snapshot '${exported}'`;
  await client.query([begin, settings, limitless].join(";"));
}

/** @returns whether all tables still existed; if not, the transaction is over. */
async function lockAll(client: Client, tables: readonly TableName[], limitless: string): Promise<boolean> {
  await client.query(["begin isolation level repeatable read read only", settings, limitless].join(";"));
  try {
    for (let start = 0; start < tables.length; start += 500) {
      const names = tables.slice(start, start + 500).map((table) => `only ${quoted(table)}`);
      await client.query(`lock table ${names.join(", ")} in access share mode`);
    }
    return true;
  } catch (error) {
    // 42P01: no such table, 3F000: no such schema.
    if (!["42P01", "3F000"].includes((error as { code?: string }).code ?? "")) {
      throw databaseError(error, "Locking the tables");
    }
    await client.query("rollback");
    return false;
  }
}

async function serverVersion(client: Client): Promise<number> {
  const { rows } = await client.query("show server_version_num");
  return Number(rows[0].server_version_num);
}
