import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file and the folders above it; whoever reads it meanwhile sees the old file or the new one, never half of one. */
export async function writeWhole(path: string, contents: string | Uint8Array, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, contents, { mode });
  await rename(temporary, path);
}

/** The same for a caller that goes on at once: a record of what is about to happen has to be there before it does. */
export function writeWholeSync(path: string, contents: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  writeFileSync(temporary, contents, { mode });
  renameSync(temporary, path);
}
