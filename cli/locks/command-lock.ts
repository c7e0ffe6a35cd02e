import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

const pollEvery = 200;

const lockOwner = z.object({ pid: z.number(), command: z.string(), since: z.number() });
/** Who holds a command lock; `since` in milliseconds since the epoch. */
export type LockOwner = z.infer<typeof lockOwner>;

export interface CommandLockOptions {
  /** Lock file; a sibling `<file>.owner` says who holds it. */
  file: string;
  /** e.g. `start`, for the message of whoever has to wait. */
  command: string;
  /** Called once when another command holds the lock; throw to give up instead of waiting. */
  onWait: (owner: LockOwner | undefined) => void;
  signal?: AbortSignal;
}

/**
 * Lets one command at a time work on a stack. The lock is the operating system's (SQLite's exclusive transaction), so it ends with its
 * process, however that ends; there is nothing stale to clean up.
 */
export async function acquireCommandLock(options: CommandLockOptions): Promise<Disposable> {
  const { file, command } = options;
  mkdirSync(dirname(file), { recursive: true });
  let told = false;
  for (let polls = 0; ; polls += 1) {
    const database = tryLock(file);
    if (database) {
      writeFileSync(`${file}.owner`, JSON.stringify({ pid: process.pid, command, since: Date.now() }));
      return {
        [Symbol.dispose]() {
          rmSync(`${file}.owner`, { force: true });
          database.close();
        },
      };
    }
    // Whoever has just got it says a moment later who it is.
    const owner = readOwner(file);
    if (!told && (owner !== undefined || polls === 5)) {
      options.onWait(owner);
      told = true;
    }
    await delay(pollEvery, undefined, options.signal ? { signal: options.signal } : {});
  }
}

/** Who works on the stack now, if anybody. */
export function commandLockOwner(file: string): LockOwner | undefined {
  if (!existsSync(file)) return undefined;
  const database = tryLock(file);
  if (!database) return readOwner(file) ?? { pid: 0, command: "another command", since: Date.now() };
  database.close();
  return undefined;
}

function tryLock(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file);
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if (error instanceof Error && /locked|busy/i.test(error.message)) return undefined;
    throw error;
  }
}

function readOwner(file: string): LockOwner | undefined {
  try {
    return lockOwner.parse(JSON.parse(readFileSync(`${file}.owner`, "utf8")));
  } catch {
    return undefined;
  }
}
