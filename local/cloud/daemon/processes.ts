import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { writeWhole } from "./files.ts";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

const recorded = z.object({
  daemon: z.object({ pid: z.number(), started: z.string() }).optional(),
  workerd: z.array(z.object({ pid: z.number(), started: z.string() })),
});
type Recorded = z.infer<typeof recorded>;

/** The processes of a home's embedded cloud, so that a later run finds what a killed daemon left behind. Never by name. */
export function recordProcesses(file: string, workerdPids: number[]): void {
  const daemon = identify(process.pid);
  const workerd = workerdPids.flatMap((pid) => identify(pid) ?? []);
  writeWhole(file, JSON.stringify({ ...(daemon ? { daemon } : {}), workerd } satisfies Recorded));
}

function readProcesses(file: string): Recorded {
  try {
    return recorded.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return { workerd: [] };
  }
}

/** The recorded daemon, if that very process lives. */
export function recordedDaemon(file: string): ProcessIdentity | undefined {
  const { daemon } = readProcesses(file);
  return daemon && isAlive(daemon) ? daemon : undefined;
}

/** Ends the workerd processes of a daemon that is gone. @returns how many there were. */
export async function endOrphans(file: string): Promise<number> {
  const orphans = readProcesses(file).workerd.filter(isAlive);
  for (const orphan of orphans) signal(orphan, "SIGKILL");
  await ended(orphans, 10_000);
  return orphans.length;
}

export function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  try {
    if (isAlive(identity)) process.kill(identity.pid, name);
  } catch {
    // It ended in between.
  }
}

/** @returns whether all had ended in time. */
export async function ended(processes: ProcessIdentity[], milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (processes.some(isAlive)) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}
