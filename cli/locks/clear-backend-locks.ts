import { confirm } from "../output/confirm.ts";
import type { Console } from "../output/console.ts";
import { UserError } from "../user-error.ts";
import { describeLock, readBackendLocks, removeBackendLock } from "./backend-lock.ts";

export interface ClearOptions {
  stateDirectory: string;
  project: string;
  stack: string;
  /** `--yes`, or a lock that an interrupted run of our own left: no question, but it is said. */
  yes: boolean;
}

/**
 * Removes the engine's locks whose process is gone, after asking.
 * @throws UserError when a running process or another host holds one: such a lock is never removed.
 */
export async function clearBackendLocks(console: Console, options: ClearOptions): Promise<void> {
  const locks = readBackendLocks(options.stateDirectory, options.project, options.stack);
  const held = locks.filter(({ state }) => state === "live" || state === "elsewhere");
  const name = `${options.project}/${options.stack}`;
  if (held.length > 0) {
    const here = held.every(({ state }) => state === "live");
    throw new UserError(`The stack ${name} is being worked on.`, {
      details: held.map((lock) => `locked by ${describeLock(lock)}`),
      remedy: here
        ? "wait until that process has ended, or end it, and run the same command again"
        : "see on that host whether the process still runs; if it does not, `pulumi cancel` removes its lock",
    });
  }
  for (const lock of locks) {
    const consequence = `The lock on ${name} was left by a process that is gone: ${describeLock(lock)}.`;
    await confirm(console, { consequence, word: "remove", yes: options.yes });
    if (options.yes) console.note(`${consequence} Removing it.`);
    removeBackendLock(lock);
  }
}
