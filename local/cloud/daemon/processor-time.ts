import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Processor time that a process has used so far, in milliseconds; undefined if there is no such process. */
export function processorTime(pid: number): number | undefined {
  try {
    return process.platform === "linux" ? onLinux(pid) : byPs(pid);
  } catch {
    return undefined;
  }
}

/** Clock ticks are a hundredth of a second on every Linux that Node runs on. */
function onLinux(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** `[[dd-]hh:]mm:ss[.cc]` */
function byPs(pid: number): number {
  const text = execFileSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" }).trim();
  const [seconds = 0, minutes = 0, hours = 0, days = 0] = text.split(/[-:]/).map(Number).reverse();
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
