import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Held until `release`, or until the process ends in whatever way. */
export interface InstanceLock {
  release(): void;
}

/**
 * Takes the lock of a home, or returns undefined if another process holds it. The lock is the one that SQLite takes on its file, so the
 * operating system lets go of it with the process: nothing can be left behind.
 */
export function takeLock(file: string): InstanceLock | undefined {
  mkdirSync(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  try {
    // `isLocked` holds a shared lock for a moment; only who holds on for longer is another instance.
    database.exec("PRAGMA busy_timeout = 1000; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

/** Whether some process holds the lock. */
export function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    database.exec("PRAGMA busy_timeout = 0; SELECT count(*) FROM sqlite_schema;");
    return false;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  } finally {
    database.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /database is locked/.test(error.message);
}
