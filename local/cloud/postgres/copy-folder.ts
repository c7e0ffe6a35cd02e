import { constants } from "node:fs";
import { copyFile, mkdir, readdir, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";

/** As many as Node has threads for. */
const atOnce = 4;

/**
 * Copies a folder; where the file system can, the copy shares its blocks with the original. What vanishes meanwhile is left out, since a
 * running Postgres removes files at any time.
 * @param skip asked with each path relative to the folder.
 * @param last copied when all else is.
 */
export async function copyFolder(
  from: string,
  to: string,
  options: { skip?: (path: string) => boolean; last?: string } = {},
): Promise<void> {
  const files: string[] = [];
  const visit = async (path: string): Promise<void> => {
    await mkdir(join(to, path), { recursive: true, mode: 0o700 });
    for (const entry of await readdir(join(from, path), { withFileTypes: true })) {
      const below = path === "" ? entry.name : `${path}/${entry.name}`;
      if (options.skip?.(below) || below === options.last) continue;
      if (entry.isDirectory()) await present(visit(below));
      else if (entry.isSymbolicLink()) await symlink(await readlink(join(from, below)), join(to, below));
      else if (entry.isFile()) files.push(below);
    }
  };
  await visit("");
  const copy = (path: string) => present(copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE));
  const next = files.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const path of next) await copy(path);
    }),
  );
  if (options.last) await copy(options.last);
}

async function present(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
