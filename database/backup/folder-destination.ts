import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import { type Destination, destinationError, type StoredFile } from "./destination.ts";

/** Backups in a folder, readable by its owner only. A file is synced to the disk before its name appears. */
export function folderDestination(folder: string): Destination {
  const root = resolve(folder);
  const destination: Destination = {
    description: root,
    async put(path, content, signal) {
      const target = join(root, path);
      const partial = `${target}.partial`;
      try {
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        const file = await open(partial, "w", 0o600);
        try {
          await file.writeFile(content, signal ? { signal } : {});
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(partial, target);
        await syncFolder(dirname(target));
      } catch (error) {
        await rm(partial, { force: true });
        throw destinationError(error, destination, path);
      }
    },
    async get(path, signal) {
      try {
        return await readFile(join(root, path), signal ? { signal } : {});
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw destinationError(error, destination, path);
      }
    },
    async list(below) {
      try {
        const found = await readdir(join(root, below), { recursive: true, withFileTypes: true });
        const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
        return await Promise.all(files.map((file) => describe(root, file)));
      } catch (error) {
        if (isAbsent(error)) return [];
        throw destinationError(error, destination, below);
      }
    },
    async remove(path) {
      try {
        await rm(join(root, path), { force: true });
        await rmdir(dirname(join(root, path)));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "ENOTEMPTY" && code !== "EEXIST" && !isAbsent(error)) {
          throw destinationError(error, destination, path);
        }
      }
    },
  };
  return destination;
}

async function describe(root: string, file: string): Promise<StoredFile> {
  return { path: relative(root, file).split(sep).join("/"), bytes: (await stat(file)).size };
}

/** Makes the new name itself survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
