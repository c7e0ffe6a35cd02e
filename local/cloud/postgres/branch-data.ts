import { copyFile, link, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import { copyFolder } from "./copy-folder.ts";

/** Contents that belong to the process that runs on them, or that are copied otherwise. */
const ofTheProcess =
  /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/|^postmaster\.(pid|opts)$|^backup_label|pgsql_tmp|pg_internal\.init$/;
/** Names of the log's segments: eight digits of the time line, sixteen that go on counting over all of them. */
export const segmentName = /^[0-9A-F]{24}$/;

/** A copy of a cluster that does not run: its log, too, unless it comes from elsewhere. */
export async function copyStopped(from: string, to: string, options: { log: boolean }): Promise<void> {
  const skip = (path: string) => ofTheProcess.test(path) && !(options.log && path.startsWith("pg_wal/"));
  await mkdir(to, { recursive: true, mode: 0o700 });
  await copyFolder(join(from, "data"), join(to, "data"), { skip });
  await copyFile(join(from, "superuser"), join(to, "superuser"));
  await makeLogFolder(to);
}

/**
 * A copy of a cluster that goes on running meanwhile (https://www.postgresql.org/docs/18/continuous-archiving.html, "Making a Base
 * Backup Using the Low Level API"). The first start of the copy makes it whole, up to the end of this call.
 */
export async function copyRunning(client: Client, from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  await client.query("SELECT pg_backup_start('branch', true)");
  const skip = (path: string) => ofTheProcess.test(path);
  await copyFolder(join(from, "data"), join(to, "data"), { skip, last: "global/pg_control" });
  const { rows } = await client.query<{ segment: string; label: string }>(
    "SELECT pg_walfile_name(lsn) AS segment, labelfile AS label FROM pg_backup_stop(false)",
  );
  const [end] = rows;
  if (!end) throw new Error("pg_backup_stop answered nothing");
  await writeFile(join(to, "data", "backup_label"), end.label);
  await copyFile(join(from, "superuser"), join(to, "superuser"));
  await makeLogFolder(to);
  await shareLog(from, to, end.segment);
}

async function makeLogFolder(folder: string): Promise<void> {
  await mkdir(join(folder, "data", "pg_wal", "archive_status"), { recursive: true, mode: 0o700 });
}

/**
 * Gives a copy the log up to a segment that is full. Nobody writes to a full segment and none is recycled (`settings.ts`), so both
 * clusters have the same file; each removes its own name of it.
 */
export async function shareLog(from: string, to: string, until: string): Promise<void> {
  const [source, target] = [from, to].map((folder) => join(folder, "data", "pg_wal")) as [string, string];
  for (const name of await readdir(source)) {
    const wanted = name.endsWith(".history") || (segmentName.test(name) && name.slice(8) <= until.slice(8));
    if (!wanted) continue;
    await link(join(source, name), join(target, name)).catch(() => copyFile(join(source, name), join(target, name)));
  }
}

/** Bytes of the files of all databases. */
export async function databaseBytes(folder: string): Promise<number> {
  const base = join(folder, "data", "base");
  let bytes = 0;
  for (const entry of await readdir(base, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}
