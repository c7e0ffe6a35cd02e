import { startOf } from "./backup-id.ts";
import type { Destination } from "./destination.ts";
import { readFolders } from "./list-backups.ts";
import { manifestFile } from "./manifest.ts";
import { verifyBackup } from "./verify-backup.ts";

export interface PruneBackupsOptions {
  destination: Destination;
  name: string;
  verificationKeys: readonly string[];
  /** Younger backups are kept. */
  keepDays: number;
  /** This many good ones are kept however old they are; 1 unless said, and never fewer. */
  keepAtLeast?: number;
  now?: Date;
  signal?: AbortSignal;
}

export interface PrunedBackups {
  /** Ids, newest first. */
  kept: string[];
  removed: string[];
  /** Begun and never finished, by a process that died. */
  removedUnfinished: string[];
  /** Found not to be good, on the way; removed or kept by their age. */
  bad: string[];
}

const day = 86_400_000;
/** No backup takes longer; what is younger may still be running. */
const unfinishedAfter = 2 * day;

/**
 * Removes backups that are past their time. What is stored of the newest ones is read until enough of them are known to be good; where none is good,
 * nothing is removed. @throws BackupFailed where the destination does not answer, or a lock keeps it from removing.
 */
export async function pruneBackups(options: PruneBackupsOptions): Promise<PrunedBackups> {
  const { destination, name, verificationKeys, now = new Date(), signal = new AbortController().signal } = options;
  const atLeast = Math.max(1, options.keepAtLeast ?? 1);
  const folders = await readFolders(destination, name, signal);
  const ids = [...folders.keys()].sort().reverse();
  const finished = ids.filter((id) => folders.get(id)?.includes(manifestFile));
  const isOlder = (id: string, age: number) => startOf(id).getTime() < now.getTime() - age;
  const old = finished.filter((id) => isOlder(id, options.keepDays * day));
  const removed: string[] = [];
  const bad: string[] = [];
  let good = 0;
  for (const id of old.length > 0 ? finished : []) {
    const isNeeded = good < atLeast && (await isGood(id));
    if (isNeeded) good++;
    else if (old.includes(id)) removed.push(id);
  }
  if (good === 0) removed.length = 0;
  const unfinished = ids.filter((id) => !finished.includes(id) && isOlder(id, unfinishedAfter));
  for (const id of [...removed, ...unfinished]) await remove(id);
  return { kept: finished.filter((id) => !removed.includes(id)), removed, removedUnfinished: unfinished, bad };

  async function isGood(id: string): Promise<boolean> {
    const { problems } = await verifyBackup({ destination, name, id, verificationKeys, signal });
    if (problems.length > 0) bad.push(id);
    return problems.length === 0;
  }

  /** The manifest first: half a backup is none. */
  async function remove(id: string): Promise<void> {
    const files = folders.get(id) ?? [];
    for (const file of [...files].sort((a, b) => Number(b === manifestFile) - Number(a === manifestFile))) {
      signal.throwIfAborted();
      await destination.remove(`${name}/${id}/${file}`);
    }
  }
}
