import { AsyncLocalStorage } from "node:async_hooks";
import childProcess, { type ChildProcess, type SpawnOptions } from "node:child_process";
import { syncBuiltinESMExports } from "node:module";

/**
 * The workerd processes that Miniflare starts. Miniflare does not tell their ids, which we need to kill one that hangs and to find those
 * that a killed daemon left behind; so its calls of `child_process.spawn` are watched while `owner` work runs.
 */
export interface WorkerdChildren {
  /** Runs `work`; every workerd that is started by it, now or later, belongs to `owner`. */
  own<T>(owner: string, work: () => T): T;
  /** The newest workerd of `owner` that has not exited. */
  of(owner: string): ChildProcess | undefined;
  all(): ChildProcess[];
}

export function watchWorkerdChildren(onChange: (children: ChildProcess[]) => void = () => {}): WorkerdChildren {
  const owner = new AsyncLocalStorage<string>();
  const alive = new Map<ChildProcess, string>();
  watchers.add((child) => {
    const name = owner.getStore();
    if (name === undefined) return;
    alive.set(child, name);
    child.once("exit", () => {
      alive.delete(child);
      onChange([...alive.keys()]);
    });
    onChange([...alive.keys()]);
  });
  patchSpawn();
  return {
    own: (name, work) => owner.run(name, work),
    of: (name) => [...alive].findLast(([, of]) => of === name)?.[0],
    all: () => [...alive.keys()],
  };
}

const watchers = new Set<(child: ChildProcess) => void>();
let patched = false;

function patchSpawn(): void {
  if (patched) return;
  patched = true;
  const original = childProcess.spawn;
  const spawn = (command: string, args: readonly string[], options: SpawnOptions): ChildProcess => {
    const child = original(command, args, options);
    if (/workerd(\.exe)?$/.test(command)) for (const watch of watchers) watch(child);
    return child;
  };
  childProcess.spawn = spawn as typeof childProcess.spawn;
  syncBuiltinESMExports();
}
