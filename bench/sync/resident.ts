import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Resident memory of the runtimes that this process started, in MiB, the newest last. */
export async function residentOfRuntimes(): Promise<number[]> {
  const { stdout } = await run("ps", ["-axo", "pid=,ppid=,rss=,comm="]);
  return stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, , command]) => Number(parent) === process.pid && command?.includes("workerd"))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, , kibibytes]) => Number(kibibytes) / 1_024);
}
