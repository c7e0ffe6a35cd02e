import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The folders in which workerd keeps Durable Objects and Workflow engines: one per account and kind, in each a folder per namespace. */
export function objectFolders(objectsDirectory: string): string[] {
  if (!existsSync(objectsDirectory)) return [];
  return readdirSync(objectsDirectory)
    .flatMap((account) => ["do", "workflows"].map((kind) => join(objectsDirectory, account, kind)))
    .filter((folder) => existsSync(folder));
}
