import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { EngineFailed } from "./engine-failed.ts";

export interface Supervision {
  /** Absolute path of the `pulumi` executable. */
  pulumi: string;
  /** The whole environment of the engine. */
  environment: Record<string, string>;
  /** Aborted when the engine has to stop cleanly: it gets SIGINT, finishes the operations in progress and releases its lock. */
  signal: AbortSignal;
  /** Registers what to do when somebody insists: the engine stops at once. */
  onInsist: (listener: () => void) => void;
}

/** What a finished engine process left; the Automation API reads the outputs. */
interface EngineResult {
  stdout: string;
  stderr: string;
  code: number;
}

/**
 * The engine for the Automation API, started in a process group of its own: Ctrl-C at a terminal reaches us only, and we pass it on once.
 * (A second SIGINT would make the engine drop the operations in progress.)
 */
export function supervisedCommand(Command: typeof PulumiCommand, supervision: Supervision): PulumiCommand {
  const run = (
    args: string[],
    cwd: string,
    additional: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
  ) => runEngine(supervision, args, cwd, additional, onOutput, onError);
  // The class has no public constructor, and `get` wants a folder with `bin/pulumi`; `run` is what the Automation API calls.
  return Object.assign(Object.create(Command.prototype), {
    command: supervision.pulumi,
    version: null,
    run,
  }) as PulumiCommand;
}

/** Runs one engine command outside the Automation API and returns its stdout. */
export async function pulumi(supervision: Supervision, args: string[], cwd: string): Promise<string> {
  return (await runEngine(supervision, args, cwd, {})).stdout;
}

async function runEngine(
  supervision: Supervision,
  args: string[],
  cwd: string,
  additional: Record<string, string>,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
): Promise<EngineResult> {
  supervision.signal.throwIfAborted();
  const child = spawn(supervision.pulumi, [...args, "--non-interactive"], {
    cwd,
    env: { ...additional, ...supervision.environment },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stdout = collect(child.stdout, onOutput);
  const stderr = collect(child.stderr, onError);
  const stop = () => child.kill("SIGINT");
  supervision.signal.addEventListener("abort", stop, { once: true });
  supervision.onInsist(() => insist(child));
  running += 1;
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    const result = { stdout: stdout.text, stderr: stderr.text, code: code ?? -1 };
    if (code !== 0) throw new EngineFailed(args, result, signal ?? undefined);
    return result;
  } finally {
    running -= 1;
    supervision.signal.removeEventListener("abort", stop);
  }
}

let running = 0;
/** How many engine processes are at work for this command. */
export function enginesRunning(): number {
  return running;
}

let insisted = 0;
/** The second Ctrl-C drops what is in progress, the third ends the process whatever it does. */
function insist(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  insisted += 1;
  if (insisted === 1) child.kill("SIGINT");
  else if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
}

function collect(stream: NodeJS.ReadableStream, listener?: (text: string) => void): { text: string } {
  const collected = { text: "" };
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    collected.text += chunk;
    listener?.(chunk);
  });
  return collected;
}
