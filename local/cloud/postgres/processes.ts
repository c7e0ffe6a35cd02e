import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { writeWhole } from "../daemon/files.ts";
import { identify, isAlive, type ProcessIdentity } from "../daemon/process-identity.ts";
import { ended, signal } from "../daemon/processes.ts";

const recorded = z.object({
  processes: z.array(z.object({ pid: z.number(), started: z.string() })),
  socketFolder: z.string(),
});
type Recorded = z.infer<typeof recorded>;

export interface ProcessRecord {
  add(pid: number): void;
  remove(pid: number): void;
}

/** The servers that run, kept in `file`, so that a later daemon finds what a killed one left behind. Never by name. */
export function recordOf(file: string, socketFolder: string): ProcessRecord {
  const running = new Map<number, ProcessIdentity>();
  mkdirSync(dirname(file), { recursive: true });
  const write = () =>
    writeWhole(file, JSON.stringify({ processes: [...running.values()], socketFolder } satisfies Recorded));
  write();
  return {
    add(pid) {
      const identity = identify(pid);
      if (identity) running.set(pid, identity);
      write();
    },
    remove(pid) {
      running.delete(pid);
      write();
    },
  };
}

/** Ends the servers of a daemon that is gone: at once, since every commit is on disk. @returns how many there were. */
export async function endOrphans(file: string): Promise<number> {
  const { processes, socketFolder } = read(file);
  const orphans = processes.filter(isAlive);
  for (const orphan of orphans) signal(orphan, "SIGQUIT");
  if (!(await ended(orphans, 10_000))) for (const orphan of orphans) signal(orphan, "SIGKILL");
  await ended(orphans, 10_000);
  if (socketFolder) rmSync(socketFolder, { recursive: true, force: true });
  return orphans.length;
}

function read(file: string): Recorded {
  try {
    return recorded.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return { processes: [], socketFolder: "" };
  }
}
