import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

const repository = join(import.meta.dirname, "..");

/** Whether the repository has such a folder. */
export const hasFolder = (folder: string): boolean =>
  statSync(join(repository, folder), { throwIfNoEntry: false })?.isDirectory() === true;

/** Drizzle's tool leaves its journal beside its migrations; anything else is plain SQL. */
export const migrationsKind = (folder: string): "sql" | "drizzle" =>
  existsSync(join(repository, folder, "meta", "_journal.json")) ? "drizzle" : "sql";
