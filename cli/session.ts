import { enginesRunning } from "./engine/supervised-command.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import { asShown } from "./known-errors.ts";
import { Console } from "./output/console.ts";
import { UserError } from "./user-error.ts";

/** What one run of a command has: its output, and a signal that fires at the first Ctrl-C. */
export interface Session {
  console: Console;
  /** Aborted by the first Ctrl-C (or SIGTERM, SIGHUP): stop cleanly. */
  signal: AbortSignal;
  /** Called at each further Ctrl-C: stop harder. */
  onInsist: (listener: () => void) => void;
  /** Work that has to put things back when it is stopped: the process waits for it to end, unless somebody insists. */
  untilTheEnd: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

class Interrupted extends UserError {
  constructor() {
    super("Stopped on request. The next run goes on from here.", { exitCode: exitCode.interrupted });
  }
}

/** Time for what is waiting to notice that it was stopped, in milliseconds. */
const grace = 500;

/** Installs the signal handlers, hands the session to `run` and shows what it throws. Returns the exit code of the process. */
export async function withSession(
  options: { json: boolean },
  run: (session: Session) => Promise<ExitCode | undefined>,
): Promise<ExitCode> {
  const console = new Console(options);
  const abort = new AbortController();
  const insist: (() => void)[] = [];
  let held = 0;
  const onSignal = () => {
    if (!abort.signal.aborted) {
      abort.abort(new Interrupted());
      if (enginesRunning() > 0 || held > 0) {
        console.note("Stopping: operations in progress are finished first. Ctrl-C again to stop at once.");
      } else {
        // Nothing is in progress that could be left half done; what is being set up begins again at the next run.
        setTimeout(() => process.exit(exitCode.interrupted), grace).unref();
      }
    } else {
      for (const listener of insist) listener();
      if (enginesRunning() === 0) process.exit(exitCode.interrupted);
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const code = await run({
      console,
      signal: abort.signal,
      onInsist: (listener) => void insist.push(listener),
      async untilTheEnd(work) {
        held += 1;
        try {
          return await work();
        } finally {
          held -= 1;
        }
      },
    });
    return code ?? exitCode.ok;
  } catch (error) {
    const shown = abort.signal.aborted && isAbort(error) ? new Interrupted() : asShown(error);
    console.error(shown);
    return shown instanceof UserError ? shown.exitCode : exitCode.failed;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
