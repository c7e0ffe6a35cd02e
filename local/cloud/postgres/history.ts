import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { copyStopped, databaseBytes, segmentName, shareLog } from "./branch-data.ts";
import { type ServerFolder, startServer } from "./server.ts";
import { walSegmentSize } from "./settings.ts";

/**
 * Ends the log so that all that was committed until now is in full segments, behind it a commit that is later than any moment in the
 * past: recovery up to a time stops only where it sees one that is later.
 * @returns the last full segment.
 */
export async function closeLog(client: Client): Promise<string> {
  await client.query("SELECT pg_current_xact_id(), pg_logical_emit_message(true, 'branch', '')");
  const { rows } = await client.query<{ segment: string }>("SELECT pg_walfile_name(pg_switch_wal()) AS segment");
  const [last] = rows;
  if (!last) throw new Error("pg_switch_wal answered nothing");
  return last.segment;
}

/**
 * Makes the state of a moment: a copy of the base, on which everything that was committed up to `time` is done again.
 * https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-PITR-RECOVERY
 */
export async function recover(
  to: ServerFolder,
  from: { base: string; cluster: string; lastSegment: string; time: number },
): Promise<void> {
  await copyStopped(from.base, to.folder, { log: false });
  await shareLog(from.cluster, to.folder, from.lastSegment);
  await writeFile(join(to.folder, "data", "recovery.signal"), "");
  const server = await startServer(
    to,
    {
      // Postgres does not know the letter Z yet when it reads this.
      recovery_target_time: new Date(from.time).toISOString().replace("Z", "+00"),
      recovery_target_action: "promote",
      // The log is where Postgres looks after it found nothing in an archive.
      restore_command: "false",
      hot_standby: "off",
    },
    "recovered",
  );
  await server.stop();
}

/** Bytes of the databases, and of the log that is kept. */
export async function logBytes(folder: string): Promise<{ data: number; log: number }> {
  const segments = await segmentsOf(folder);
  return { data: await databaseBytes(folder), log: segments.length * walSegmentSize * 2 ** 20 };
}

/** Of a cluster that does not run: removes the log that its next start does not need. Its last checkpoint is in one of the newest segments. */
export async function dropOldLog(folder: string): Promise<void> {
  const oldest = (await segmentsOf(folder)).at(-3);
  if (oldest !== undefined) await dropLogBefore(folder, oldest);
}

/** Removes the log before `oldest`. */
export async function dropLogBefore(folder: string, oldest: string): Promise<void> {
  for (const name of await segmentsOf(folder)) {
    if (name.slice(8) < oldest.slice(8)) await rm(join(folder, "data", "pg_wal", name), { force: true });
  }
}

/** Of a cluster that does not run: removes segments that were made in advance. The last checkpoint may have begun the one after `current`. */
export async function dropUnusedLog(folder: string, current: string): Promise<void> {
  const segments = await segmentsOf(folder);
  for (const name of segments.slice(segments.indexOf(current) + 2))
    await rm(join(folder, "data", "pg_wal", name), { force: true });
}

export async function currentSegment(client: Client): Promise<string> {
  const { rows } = await client.query<{ segment: string }>(
    "SELECT pg_walfile_name(pg_current_wal_insert_lsn()) AS segment",
  );
  const [current] = rows;
  if (!current) throw new Error("pg_walfile_name answered nothing");
  return current.segment;
}

/** In the order they were written. */
async function segmentsOf(folder: string): Promise<string[]> {
  const names = (await readdir(join(folder, "data", "pg_wal"))).filter((name) => segmentName.test(name));
  const order = (name: string) => name.slice(8) + name.slice(0, 8);
  return names.sort((one, other) => (order(one) < order(other) ? -1 : 1));
}

/** The segment from which on a start needs the log; stays true until the next checkpoint. */
export async function oldestNeeded(client: Client): Promise<string> {
  const { rows } = await client.query<{ segment: string }>(
    "SELECT redo_wal_file AS segment FROM pg_control_checkpoint()",
  );
  const [redo] = rows;
  if (!redo) throw new Error("pg_control_checkpoint answered nothing");
  return redo.segment;
}
