import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { processesOfRun } from "../../cli/recovery/leftovers.ts";
import { readRunRecord } from "../../cli/recovery/run-record.ts";
import type { Estate, RunningCommand } from "./estate.ts";

export const victims = ["command line", "engine", "embedded cloud"] as const;
export type Victim = (typeof victims)[number];

/** Waits until `found` gives something; fails after `deadline` milliseconds. */
export async function until<Value>(
  what: string,
  found: () => Value | undefined | false | Promise<Value | undefined | false>,
  deadline = 120_000,
): Promise<Value> {
  const end = Date.now() + deadline;
  for (;;) {
    const value = await found();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${deadline / 1000} s in vain for ${what}`);
    await delay(2);
  }
}

/** Number of resources in the state as it is now; 0 while there is none that can be read. */
export function resourcesInState(estate: Estate, stack?: string): number {
  try {
    return estate.state(stack).resources?.length ?? 0;
  } catch {
    return 0;
  }
}

/** Kills a part of a running `up` by SIGKILL as soon as it is there; tells whether it still ran. */
export async function kill(estate: Estate, command: RunningCommand, victim: Victim): Promise<boolean> {
  let over = false;
  void command.ended.then(() => {
    over = true;
  });
  const pid = await until(`the ${victim} to run`, () => (over ? 0 : pidOf(estate, command, victim)));
  if (pid === 0) return false;
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

function pidOf(estate: Estate, command: RunningCommand, victim: Victim): number | undefined {
  if (victim === "command line") return command.process.pid;
  if (victim === "engine") return pidIn(lockFiles(estate)[0]);
  return pidIn(join(estate.home, "local/daemon.json"));
}

function lockFiles(estate: Estate): string[] {
  const folder = join(estate.home, "local/state/.pulumi/locks/organization/chittyops/local");
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function pidIn(file: string | undefined): number | undefined {
  try {
    return JSON.parse(readFileSync(file ?? "", "utf8")).pid;
  } catch {
    return undefined;
  }
}

/** Processes of the last run that still live. */
export function leftovers(estate: Estate): number[] {
  const record = readRunRecord(join(estate.home, "runs/chittyops-local.run.json"));
  return record ? processesOfRun(record.id) : [];
}
