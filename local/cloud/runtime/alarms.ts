import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { objectFolders } from "./object-folders.ts";

/**
 * Alarms of Durable Objects (and sleeping Workflows) as workerd keeps them on disk. workerd's own time cannot be moved, so when the local clock
 * is advanced, alarms are moved towards now instead, while no process has the files open.
 *
 * In the folder of a namespace, `metadata.sqlite` lists all alarms for the scheduler; each object's own file repeats its alarm under key 1 of
 * `_cf_METADATA`. Both are nanoseconds since the epoch.
 */
export interface Alarms {
  /** Whether any alarm is set. */
  any(): boolean;
  /** Moves all alarms towards now. Only while their processes are stopped. @returns how many became due. */
  advance(milliseconds: number): number;
  /** Whether some alarm is due and has not been taken yet. */
  due(): boolean;
}

export function alarmsIn(objectsDirectory: string): Alarms {
  const namespaces = (): string[] =>
    objectFolders(objectsDirectory)
      .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
      .filter((folder) => existsSync(join(folder, "metadata.sqlite")));
  const count = (where: string): number =>
    namespaces()
      .map((folder) => readCount(join(folder, "metadata.sqlite"), where))
      .reduce((sum, one) => sum + one, 0);
  return {
    any: () => count("scheduled_time IS NOT NULL") > 0,
    due: () => count(`scheduled_time <= ${Date.now()}000000`) > 0,
    advance(milliseconds) {
      const nanoseconds = BigInt(Math.round(milliseconds)) * 1_000_000n;
      for (const folder of namespaces()) advanceNamespace(folder, nanoseconds);
      return count(`scheduled_time <= ${Date.now()}000000`);
    },
  };
}

function readCount(file: string, where: string): number {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec("PRAGMA busy_timeout = 2000");
    return Number(database.prepare(`SELECT count(*) AS alarms FROM _cf_ALARM WHERE ${where}`).get()?.alarms ?? 0);
  } catch {
    return 0;
  } finally {
    database.close();
  }
}

function advanceNamespace(folder: string, nanoseconds: bigint): void {
  const database = new DatabaseSync(join(folder, "metadata.sqlite"));
  try {
    const ids = database
      .prepare("SELECT actor_id FROM _cf_ALARM")
      .all()
      .map((row) => String(row.actor_id));
    for (const id of ids) advanceObject(join(folder, `${id}.sqlite`), nanoseconds);
    database.prepare("UPDATE _cf_ALARM SET scheduled_time = scheduled_time - ?").run(nanoseconds);
  } finally {
    database.close();
  }
}

function advanceObject(file: string, nanoseconds: bigint): void {
  if (!existsSync(file)) return;
  const database = new DatabaseSync(file);
  try {
    database.prepare("UPDATE _cf_METADATA SET value = value - ? WHERE key = 1 AND value IS NOT NULL").run(nanoseconds);
  } finally {
    database.close();
  }
}
