import { existsSync } from "node:fs";
import type { Client } from "pg";
import { asSuperuser, type Server, type ServerFolder, startServer } from "./server.ts";

/** One cluster that runs only while somebody needs it. */
export interface Cluster {
  readonly running: boolean;
  readonly pid: number | undefined;
  /** Where it listens while it runs. */
  readonly socket: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  /** How many need it now. */
  readonly users: number;
  /** Starts it unless it runs; waits for one that is stopping first. It runs until `release`, unless it is stopped or crashes. */
  acquire(): Promise<{ socket: string; release(): void }>;
  /** As the superuser. */
  query<Result>(database: string, work: (client: Client) => Promise<Result>): Promise<Result>;
  /** Ends it, whoever uses it. */
  stop(): Promise<void>;
  /** Ends it unless somebody uses it. */
  stopIfUnused(): Promise<void>;
  /** Does something with its files while it does not run and cannot be started. */
  whileStopped<Result>(work: () => Promise<Result>): Promise<Result>;
  /** The same, unless it runs. */
  ifStopped(work: () => Promise<void>): Promise<void>;
}

export interface ClusterOptions extends ServerFolder {
  /** Asked at each start. */
  settings: () => Record<string, string | number>;
  /** After it started, ended, or its last user left. */
  changed: () => void;
  now: () => number;
}

export function createCluster(options: ClusterOptions): Cluster {
  let server: Server | undefined;
  let startedAt: number | undefined;
  let users = 0;
  // Starts, stops and work on the files follow one another.
  let last: Promise<unknown> = Promise.resolve();
  const next = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };

  const start = async (): Promise<Server> => {
    if (server) return server;
    if (!existsSync(options.folder)) throw new Error("The branch is gone.");
    const started = await startServer(options, options.settings());
    server = started;
    startedAt = options.now();
    options.changed();
    void started.ended.then(() => {
      if (server !== started) return;
      server = undefined;
      startedAt = undefined;
      options.changed();
    });
    return started;
  };
  const stop = async (): Promise<void> => {
    const stopping = server;
    await stopping?.stop();
    // It is told of its end by `ended`; whoever waits for the stop shall not see it running.
    if (server === stopping) server = startedAt = undefined;
    if (stopping) options.changed();
  };
  const acquire = async () => {
    users++;
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      users--;
      options.changed();
    };
    try {
      const { socket } = await next(start);
      return { socket, release };
    } catch (error) {
      release();
      throw error;
    }
  };
  return {
    get running() {
      return server !== undefined;
    },
    get pid() {
      return server?.pid;
    },
    get socket() {
      return server?.socket;
    },
    get startedAt() {
      return startedAt;
    },
    get users() {
      return users;
    },
    acquire,
    async query(database, work) {
      const lease = await acquire();
      try {
        return await asSuperuser(options, database, work);
      } finally {
        lease.release();
      }
    },
    stop: () => next(stop),
    stopIfUnused: () =>
      next(async () => {
        if (users === 0) await stop();
      }),
    whileStopped: (work) =>
      next(async () => {
        await stop();
        return await work();
      }),
    ifStopped: (work) =>
      next(async () => {
        if (!server && users === 0) await work();
      }),
  };
}
