import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { processName, processStartedAt } from "../locks/process-identity.ts";
import { runMarker } from "./run-record.ts";

/**
 * Processes that a killed run left behind: the engine itself, plugins, the program. They are found by the mark in their environment, so
 * none that is not of that run is ever among them.
 */
export function processesOfRun(id: string): number[] {
  const mark = `${runMarker}=${id}`;
  const pids = process.platform === "linux" ? markedInProc(mark) : markedInPs(mark);
  return pids.filter((pid) => pid !== process.pid && processStartedAt(pid) !== undefined);
}

/**
 * Ends what a killed run left behind: an engine that still works may still create things that recovery has just looked for.
 * The engine is asked first and, for `patience` milliseconds, may finish the operations in progress and write them down; then whatever
 * is left is killed.
 */
export async function endProcessesOfRun(id: string, patience: number): Promise<void> {
  const deadline = Date.now() + patience;
  send(processesOfRun(id).filter(isEngine), "SIGINT");
  for (let left = processesOfRun(id); left.length > 0; left = processesOfRun(id)) {
    if (Date.now() > deadline || !left.some(isEngine)) send(left, "SIGKILL");
    await delay(50);
  }
}

/** Whether it is the engine and not one of its plugins or programs. */
function isEngine(pid: number): boolean {
  return processName(pid) === "pulumi";
}

function send(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}

function markedInProc(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark);
      } catch {
        return false; // another user's, or gone
      }
    })
    .map(Number);
}

function markedInPs(mark: string): number[] {
  const lines = execFileSync("ps", ["-axww", "-E", "-o", "pid=,command="], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return lines
    .split("\n")
    .filter((line) => line.split(" ").includes(mark))
    .map((line) => Number.parseInt(line, 10));
}
