import type { Client } from "pg";
import { asSuperuser, type Server, type ServerFolder, type Settings, startServer } from "./server.ts";

/** One cluster that runs only while somebody needs it. */
export interface Cluster {
  readonly at: ServerFolder;
  readonly running: boolean;
  /** How many need it now. */
  readonly users: number;
  /** Real time since which `users` is what it is. */
  readonly usersSince: number;
  /** Starts it unless it runs; waits for one that is stopping first. It runs until `release`, unless it is stopped or crashes. */
  acquire(): Promise<Lease>;
  /** As the superuser. */
  query<Result>(database: string, work: (client: Client) => Promise<Result>): Promise<Result>;
  /** Ends it, whoever uses it. */
  stop(): Promise<void>;
  /** Ends it unless somebody uses it. */
  stopIfUnused(): Promise<void>;
  /** Ends it, whoever uses it, and does something with its files before it can start again. */
  whileStopped<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Does something with its files if nobody needs it. */
  ifStopped(work: () => Promise<void>): Promise<void>;
}

export interface Lease {
  /** Path of the Unix socket. */
  socket: string;
  release(): void;
}

/** What a start needs beyond the folder, and what to do when the server has ended. */
export interface Prepared {
  settings: Settings;
  /** Done before anybody gets in. */
  started?: () => Promise<void>;
  ended?: () => Promise<void>;
}

export function createCluster(
  at: ServerFolder,
  options: {
    /** Called before each start. */
    prepare: () => Promise<Prepared>;
    /** Called after it started, ended, or its users changed. */
    changed: () => void;
  },
): Cluster {
  let server: Server | undefined;
  let over: Promise<void> = Promise.resolve();
  let users = 0;
  let usersSince = Date.now();
  // Starts, stops and work on the files follow one another.
  let last: Promise<unknown> = Promise.resolve();
  const next = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  const count = (change: 1 | -1): void => {
    users += change;
    usersSince = Date.now();
    options.changed();
  };

  const start = async (): Promise<Server> => {
    if (server) return server;
    await over;
    const prepared = await options.prepare();
    let started: Server;
    try {
      started = await startServer(at, prepared.settings);
    } catch (error) {
      await prepared.ended?.();
      throw error;
    }
    try {
      await prepared.started?.();
    } catch (error) {
      await started.stop();
      await prepared.ended?.();
      throw error;
    }
    server = started;
    over = started.ended.then(async () => {
      server = undefined;
      options.changed();
      await prepared.ended?.();
    });
    options.changed();
    return started;
  };
  const stop = async (): Promise<void> => {
    await server?.stop();
    await over;
  };
  const acquire = async (): Promise<Lease> => {
    count(1);
    let held = true;
    const release = (): void => {
      if (held) count(-1);
      held = false;
    };
    try {
      return { socket: (await next(start)).socket, release };
    } catch (error) {
      release();
      throw error;
    }
  };
  return {
    at,
    get running() {
      return server !== undefined;
    },
    get users() {
      return users;
    },
    get usersSince() {
      return usersSince;
    },
    acquire,
    async query(database, work) {
      const lease = await acquire();
      try {
        return await asSuperuser(at, database, work);
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
