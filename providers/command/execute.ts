import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { ProviderError } from "../kit/errors.ts";

export interface Execution {
  readonly command: string;
  /** Program and arguments that the command is appended to. */
  readonly interpreter: readonly string[];
  readonly dir: string | undefined;
  /** Added to the plugin's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string | undefined;
  readonly logStdout: boolean;
  readonly logStderr: boolean;
}

/** What a command printed, each without one trailing line break. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** How long a cancelled command has to end by itself. */
const graceMs = 2000;

/** Process groups at work: none outlives the plugin. */
const running = new Set<number>();
process.on("exit", () => {
  for (const group of running) signalGroup(group, "SIGKILL");
});

/**
 * Runs a command to its end.
 * @throws ProviderError with the exit status and everything it printed when it fails, cannot start or is cancelled.
 */
export function execute(execution: Execution, signal: AbortSignal, log: (line: string) => void): Promise<Printed> {
  const { command, interpreter, dir, environment, stdin } = execution;
  const [program = "", ...args] = [...interpreter, command];
  if (signal.aborted) return Promise.reject(new ProviderError("The command was not run: the operation is cancelled."));
  return new Promise((resolve, reject) => {
    // A group of its own, so that a cancellation also ends what the command has started.
    const child = spawn(program, args, {
      ...(dir === undefined ? {} : { cwd: dir }),
      env: { ...process.env, ...environment },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
    const group = child.pid;
    if (group !== undefined) running.add(group);

    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const both: Buffer[] = [];
    collect(child.stdout, [stdout, both]);
    collect(child.stderr, [stderr, both]);
    if (execution.logStdout) createInterface({ input: child.stdout }).on("line", log);
    if (execution.logStderr) createInterface({ input: child.stderr }).on("line", log);
    // A command need not read its input.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin ?? "");

    let kill: NodeJS.Timeout | undefined;
    const stop = () => {
      if (group === undefined) return;
      signalGroup(group, "SIGTERM");
      kill = setTimeout(() => signalGroup(group, "SIGKILL"), graceMs);
    };
    signal.addEventListener("abort", stop, { once: true });

    const finish = () => {
      signal.removeEventListener("abort", stop);
      clearTimeout(kill);
      if (group !== undefined) running.delete(group);
    };
    child.on("error", (error) => {
      finish();
      const where = dir === undefined ? "" : ` in ${dir}`;
      reject(new ProviderError(`The command could not be started${where}: ${error.message}`));
    });
    child.on("close", (code, killedBy) => {
      finish();
      if (code === 0) return resolve({ stdout: text(stdout), stderr: text(stderr) });
      const status = code === null ? `signal: ${killedBy}` : `exit status ${code}`;
      reject(new ProviderError(`${status}: running ${JSON.stringify(command)}:\n${Buffer.concat(both)}`));
    });
  });
}

function collect(stream: Readable, into: readonly Buffer[][]): void {
  stream.on("data", (chunk: Buffer) => {
    for (const chunks of into) chunks.push(chunk);
  });
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8").replace(/\n$/, "");
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name);
  } catch {
    // It has ended by itself.
  }
}
