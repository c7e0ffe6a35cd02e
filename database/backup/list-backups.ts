import { BackupFailed } from "./backup-failed.ts";
import { checkName, isBackupId } from "./backup-id.ts";
import type { Destination } from "./destination.ts";
import { type Manifest, manifestFile } from "./manifest.ts";
import { openStoredBackup } from "./stored-backup.ts";

/** A finished backup, with its manifest, or with what is wrong with that. */
export type ListedBackup = { id: string; manifest: Manifest } | { id: string; problem: BackupFailed };

/** The finished backups of a database, newest first. Looks at manifests only: `verifyBackup` looks at the rest. */
export async function listBackups({
  destination,
  name,
  verificationKeys,
  signal = new AbortController().signal,
}: {
  destination: Destination;
  name: string;
  verificationKeys: readonly string[];
  signal?: AbortSignal;
}): Promise<ListedBackup[]> {
  const folders = await readFolders(destination, name, signal);
  const finished = [...folders].filter(([, paths]) => paths.includes(manifestFile)).map(([id]) => id);
  return Promise.all(
    finished
      .sort()
      .reverse()
      .map(async (id) => {
        try {
          return {
            id,
            manifest: (await openStoredBackup(destination, { name, id, verificationKeys }, signal)).manifest,
          };
        } catch (error) {
          if (error instanceof BackupFailed && error.reason !== "destination") return { id, problem: error };
          throw error;
        }
      }),
  );
}

/** By id, finished or not: the files' paths below the backup's folder. */
export async function readFolders(
  destination: Destination,
  name: string,
  signal: AbortSignal,
): Promise<Map<string, string[]>> {
  checkName(name);
  const folders = new Map<string, string[]>();
  for (const { path } of await destination.list(`${name}/`, signal)) {
    const [id, file, ...deeper] = path.slice(name.length + 1).split("/");
    // What lies deeper belongs to another name that begins with this one.
    if (id === undefined || file === undefined || deeper.length > 0 || !isBackupId(id)) continue;
    folders.set(id, [...(folders.get(id) ?? []), file]);
  }
  return folders;
}
