import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** How long a child may take to end after SIGINT, as the official host allows. */
const patienceMs = 5_000;

/** How a child ended: its exit code, or the signal that killed it. */
export type Exit = { code: number } | { signal: NodeJS.Signals };

/** The Node processes this host has started. They stay in its process group, so that the engine can end them with it. */
export class Children {
  readonly #running = new Map<ChildProcess, Promise<Exit>>();

  /** Starts Node on `args`, on the same Node as this host. Rejected in `exit` when it cannot start. */
  start(args: string[], options: SpawnOptions): { child: ChildProcess; exit: Promise<Exit> } {
    // Node before 24.12 warns about its own type stripping on every start.
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], options);
    const exit = new Promise<Exit>((done, failed) => {
      child.on("error", failed);
      child.on("close", (code, signal) => done(signal ? { signal } : { code: code ?? 1 }));
    });
    this.#running.set(child, exit);
    const forget = () => this.#running.delete(child);
    exit.then(forget, forget);
    return { child, exit };
  }

  /** Asks the child to end, and makes it end when it does not. Resolved when it is gone. */
  async stop(child: ChildProcess): Promise<void> {
    const exit = this.#running.get(child);
    if (!exit) return;
    child.kill("SIGINT");
    const force = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    await exit.catch(() => undefined);
    clearTimeout(force);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((child) => this.stop(child)));
  }
}
