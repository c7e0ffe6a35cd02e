import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { duration } from "../output/duration.ts";
import { isSameProcess } from "./process-identity.ts";

/** What the engine's file backend writes into `.pulumi/locks/organization/<project>/<stack>/<id>.json` while it works on a stack. */
const lockContent = z.object({
  pid: z.number().int().positive(),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
});

export interface BackendLock {
  file: string;
  owner?: { pid: number; username: string; hostname: string };
  /** Milliseconds since the epoch. */
  since: number;
  /**
   * `live`: its process runs on this host. `dead`: its process is gone. `elsewhere`: another host's, nothing can be said.
   * `unreadable`: not a lock as the engine writes it.
   */
  state: "live" | "dead" | "elsewhere" | "unreadable";
}

/** The locks on a stack in a file backend; `directory` is the path in the backend's URL. Never throws for what a lock file holds. */
export function readBackendLocks(directory: string, project: string, stack: string): BackendLock[] {
  const folder = join(directory, ".pulumi/locks/organization", project, stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => readLock(join(folder, name)));
}

/** Removes a lock whose process is gone. The caller has said so, and holds the command lock of the stack. */
export function removeBackendLock(lock: BackendLock): void {
  rmSync(lock.file, { force: true });
}

/** e.g. `pid 4711 of ada on laptop, since 3 min 5 s`. */
export function describeLock(lock: BackendLock, now = Date.now()): string {
  const age = duration(now - lock.since);
  if (!lock.owner) return `a lock file that cannot be read (${lock.file}), since ${age}`;
  return `pid ${lock.owner.pid} of ${lock.owner.username} on ${lock.owner.hostname}, since ${age}`;
}

function readLock(file: string): BackendLock[] {
  let text: string;
  let modified: number;
  try {
    modified = statSync(file).mtimeMs;
    text = readFileSync(file, "utf8");
  } catch {
    return []; // released between the listing and now
  }
  const content = lockContent.safeParse(parseJson(text));
  if (!content.success) return [{ file, since: modified, state: "unreadable" }];
  const { pid, username, hostname: host, timestamp } = content.data;
  const since = Date.parse(timestamp);
  const lock = { file, owner: { pid, username, hostname: host }, since };
  if (host !== hostname()) return [{ ...lock, state: "elsewhere" }];
  return [{ ...lock, state: isSameProcess(pid, since) ? "live" : "dead" }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
