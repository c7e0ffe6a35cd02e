import { constants } from "node:fs";
import { copyFile, mkdir, open, readdir, readlink, symlink } from "node:fs/promises";
import { join } from "node:path";

/** As many as Node has threads for. */
const atOnce = 4;
const bufferSize = 1 << 18;

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
      if (entry.isDirectory()) await unlessGone(visit(below));
      else if (entry.isSymbolicLink()) await symlink(await readlink(join(from, below)), join(to, below));
      else if (entry.isFile()) files.push(below);
    }
  };
  await visit("");
  let canShare = true;
  const copy = async (path: string, buffer: Buffer): Promise<void> => {
    const [source, target] = [join(from, path), join(to, path)];
    if (canShare) {
      canShare = await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "ENOENT") throw error;
          return false;
        },
      );
      if (canShare) return;
    }
    await copyBytes(source, target, buffer);
  };
  const next = files.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      const buffer = Buffer.allocUnsafe(bufferSize);
      for (const path of next) await unlessGone(copy(path, buffer));
    }),
  );
  if (options.last) await copy(options.last, Buffer.allocUnsafe(bufferSize));
}

/** `copyFile` truncates its target, upon which ext4 writes the copy out at once, and removing it later takes seconds. */
async function copyBytes(from: string, to: string, buffer: Buffer): Promise<void> {
  await using source = await open(from, "r");
  await using target = await open(to, "wx", 0o600);
  for (;;) {
    const { bytesRead } = await source.read(buffer);
    if (bytesRead > 0) await target.writeFile(buffer.subarray(0, bytesRead));
    if (bytesRead < buffer.length) return;
  }
}

async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
