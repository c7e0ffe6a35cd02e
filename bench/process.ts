import { spawn } from "node:child_process";

/** What one run of a command took and said. */
export interface Run {
  /** Wall clock of the whole process, in milliseconds. */
  milliseconds: number;
  stdout: string;
}

/**
 * Runs a command to its end, with nothing on standard input.
 * @throws Error with the end of the command's output when it exits with another code than 0.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string | undefined> },
): Promise<Run> {
  const started = performance.now();
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
  const stdout: Buffer[] = [];
  const all: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout.push(chunk);
    all.push(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => all.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const milliseconds = performance.now() - started;
  if (code !== 0) {
    const tail = Buffer.concat(all).toString("utf8").slice(-4000);
    throw new Error(`${command} ${args.join(" ")} exited with ${code}:\n${tail}`);
  }
  return { milliseconds, stdout: Buffer.concat(stdout).toString("utf8") };
}
