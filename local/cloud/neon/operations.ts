import { randomUUID } from "node:crypto";
import type { Log } from "../log.ts";
import { type NeonOperationRecord, neonOperations } from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";
import type { LocalClock } from "../types.ts";
import { NeonError } from "./neon-error.ts";
import { abandon, type TaskRunner } from "./tasks.ts";

/** An operation as a handler asks for it. */
export type NewOperation = Pick<NeonOperationRecord, "action" | "branchId" | "endpointId"> & {
  tasks?: NeonOperationRecord["tasks"];
};

/** Asks for an operation, to be run after those asked for before. */
export type Start = (operation: NewOperation) => void;

/** What was written with the operations that go with it. */
interface Change<T> {
  result: T;
  operations: NeonOperationRecord[];
}

/** Neon's asynchronous operations: one project's run one after the other, in the order in which they were asked for. */
export interface Operations {
  /**
   * Runs `work` in one transaction and, once it is on disk, the operations that it asked for.
   * @throws {NeonError} 423 while an earlier operation of the project has not ended and `work` asks for one.
   */
  change<T>(projectId: string, work: (start: Start) => T): Change<T>;
  /** As `change`, for what the cloud does by itself: it queues up behind what runs. */
  append<T>(projectId: string, work: (start: Start) => T): Change<T>;
  isBusy(projectId: string): boolean;
  /** Resolves when the operations of a project (of all, when none is given) have ended. */
  settled(projectId?: string): Promise<void>;
  /** Goes on with those that an earlier daemon left unfinished. */
  resume(): void;
  /** Lets the task that runs end, and starts no other. */
  stop(): Promise<void>;
}

interface OperationsOptions {
  store: Store;
  clock: LocalClock;
  log: Log;
  runTask: TaskRunner;
  /** How long an operation is `scheduling`, and at least `running`: milliseconds. */
  pace: number;
}

const attempts = 3;

export function createOperations({ store, clock, log, runTask, pace }: OperationsOptions): Operations {
  const chains = new Map<string, Promise<void>>();
  let stopping: (() => void) | undefined;
  const stopped = new Promise<void>((resolve) => {
    stopping = resolve;
  });
  let isStopped = false;
  const now = (): string => new Date(clock.now()).toISOString();

  const pause = (milliseconds: number): Promise<void> => {
    if (milliseconds <= 0) return Promise.resolve();
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    return Promise.race([waited, stopped]).finally(() => clearTimeout(timer));
  };

  function put(operation: NeonOperationRecord, change: Partial<NeonOperationRecord>): NeonOperationRecord {
    const next = { ...operation, ...change, updatedAt: now() };
    store.put(neonOperations, next);
    return next;
  }

  async function run(operation: NeonOperationRecord): Promise<boolean> {
    await pause(pace);
    if (isStopped) return false;
    const started = performance.now();
    let current = put(operation, { status: "running" });
    while (current.done < current.tasks.length) {
      const task = current.tasks[current.done];
      if (!task) break;
      try {
        const complete = await runTask(task);
        current = store.transaction(() => {
          complete?.();
          return put(current, { done: current.done + 1 });
        });
      } catch (error) {
        if (isStopped) return false;
        const message = error instanceof Error ? error.message : String(error);
        log.warn(`neon: ${current.action} (${task.do}) in ${current.projectId} failed: ${message}`);
        current = put(current, { failures: current.failures + 1, error: message });
        if (current.failures >= attempts) {
          const failed = current;
          store.transaction(() => {
            abandon(store, failed.tasks);
            put(failed, { status: "failed" });
          });
          return false;
        }
        await pause(pace);
      }
      if (isStopped) return false;
    }
    await pause(pace - (performance.now() - started));
    if (isStopped) return false;
    put(current, {
      status: "finished",
      error: undefined,
      durationMs: Math.round(performance.now() - started),
    });
    return true;
  }

  /** What follows a failed operation cannot be done either. */
  async function runAll(batch: NeonOperationRecord[]): Promise<void> {
    for (const [index, operation] of batch.entries()) {
      if (isStopped) return;
      if (await run(operation)) continue;
      if (!isStopped) for (const later of batch.slice(index + 1)) put(later, { status: "cancelled" });
      return;
    }
  }

  function queue(projectId: string, batch: NeonOperationRecord[]): void {
    if (batch.length === 0) return;
    const chain = (chains.get(projectId) ?? Promise.resolve())
      .then(() => runAll(batch))
      .catch((error: unknown) => log.error(`neon: operations of ${projectId} ended: ${String(error)}`))
      .finally(() => {
        if (chains.get(projectId) === chain) chains.delete(projectId);
      });
    chains.set(projectId, chain);
  }

  function write<T>(projectId: string, work: (start: Start) => T, isLocking: boolean): Change<T> {
    const operations: NeonOperationRecord[] = [];
    const result = store.transaction(() => {
      const at = now();
      const written = work(({ action, branchId, endpointId, tasks = [] }) =>
        operations.push({
          id: randomUUID(),
          projectId,
          branchId,
          endpointId,
          action,
          status: "scheduling",
          failures: 0,
          tasks,
          done: 0,
          createdAt: at,
          updatedAt: at,
          durationMs: 0,
        }),
      );
      if (isLocking && operations.length > 0 && chains.has(projectId)) throw locked();
      for (const operation of operations) store.put(neonOperations, operation);
      return written;
    });
    queue(projectId, operations);
    return { result, operations };
  }

  return {
    change: (projectId, work) => write(projectId, work, true),
    append: (projectId, work) => write(projectId, work, false),
    isBusy: (projectId) => chains.has(projectId),
    async settled(projectId) {
      const of = (): Promise<void>[] =>
        projectId === undefined ? [...chains.values()] : [chains.get(projectId)].flatMap((chain) => chain ?? []);
      for (let running = of(); running.length > 0; running = of()) await Promise.all(running);
    },
    resume() {
      const unfinished = store
        .list(neonOperations)
        .filter(({ status }) => status === "scheduling" || status === "running");
      for (const [projectId, batch] of Map.groupBy(unfinished, (operation) => operation.projectId))
        queue(projectId, batch);
    },
    async stop() {
      isStopped = true;
      stopping?.();
      await Promise.all(chains.values());
    },
  };
}

/** Safe to send again, says Neon. */
function locked(): NeonError {
  return new NeonError(423, "project already has running conflicting operations, scheduling of new ones is prohibited");
}
