import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** Linux counts process start times in these per second (USER_HZ is 100 on every supported architecture). */
const ticksPerSecond = 100;

/**
 * When the process started, in milliseconds since the epoch (to about a second); undefined when there is none with this pid, or only
 * its remains (a zombie). A pid alone does not name a process: it is used again.
 */
export function processStartedAt(pid: number): number | undefined {
  return process.platform === "linux" ? startedAtFromProc(pid) : startedAtFromPs(pid);
}

/** Whether the process with this pid that was running at `knownAt` (milliseconds since the epoch) still runs. */
export function isSameProcess(pid: number, knownAt: number): boolean {
  const started = processStartedAt(pid);
  return started !== undefined && started <= knownAt + 2_000;
}

/** The name of a process's executable, without its folder; undefined when there is no such process. */
export function processName(pid: number): string | undefined {
  try {
    if (process.platform === "linux") return basename(readlinkSync(`/proc/${pid}/exe`));
    return basename(execFileSync("ps", ["-o", "comm=", "-p", String(pid)], { encoding: "utf8" }).trim());
  } catch {
    return undefined;
  }
}

function startedAtFromProc(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The command name is in parentheses and may hold anything; the fields after it are plain.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  const ticks = Number(fields[19]);
  return bootedAt() + (ticks / ticksPerSecond) * 1000;
}

function bootedAt(): number {
  const boot = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1];
  if (boot === undefined) throw new Error("/proc/stat has no btime line");
  return Number(boot) * 1000;
}

function startedAtFromPs(pid: number): number | undefined {
  try {
    const line = execFileSync("ps", ["-o", "state=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    const [state = "", ...date] = line.split(/\s+/);
    if (line === "" || state.startsWith("Z")) return undefined;
    return Date.parse(date.join(" "));
  } catch {
    return undefined;
  }
}
