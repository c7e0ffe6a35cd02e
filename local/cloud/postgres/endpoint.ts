import type { Server, Socket } from "node:net";
import type { Certificate } from "./certificate.ts";
import type { Cluster, Lease } from "./cluster.ts";
import { createListener, type Listener, Refused } from "./listener.ts";
import type { Pooler } from "./pooler.ts";
import { socketPath } from "./server.ts";
import type { PostgresFleet } from "./types.ts";

export type EndpointSettings = Parameters<PostgresFleet["openEndpoint"]>[0];

/** One compute: two listeners in front of the cluster of its branch. */
export interface Endpoint {
  settings: EndpointSettings;
  readonly servers: { direct: Server; pooled: Server };
  status(): ReturnType<PostgresFleet["status"]>;
  /** When it may be suspended; undefined: it is suspended. */
  idleFrom(): number | undefined;
  start(): Promise<void>;
  /** Its cluster has ended, and its sessions with it. */
  deactivate(): void;
  close(): Promise<void>;
}

/** As Neon keeps them back for its own use. */
const reservedConnections = 7;

export function createEndpoint(
  initial: EndpointSettings,
  context: {
    certificate: Certificate;
    /** The one to connect to; it is asked at each connection. */
    cluster: () => Promise<Cluster>;
    /** The same, if it runs. */
    running: () => Cluster | undefined;
    /** Absent: pooled sessions are like others. */
    pooler?: Pooler;
    log: (message: string) => void;
  },
): Endpoint {
  let settings = initial;
  let startedAt: number | undefined;
  let lastActive: number | undefined;
  const sessions = new Set<Socket>();
  const { pooler } = context;

  const acquire = async (): Promise<Lease> => {
    for (;;) {
      const cluster = await context.cluster();
      const lease = await cluster.acquire();
      // Meanwhile the branch may have got the data of another one.
      if ((await context.cluster()) === cluster) {
        lastActive = Date.now();
        startedAt ??= lastActive;
        return lease;
      }
      lease.release();
    }
  };
  const admit = async (session: Socket, isPooled: boolean): Promise<Lease> => {
    if (settings.refuse !== undefined) throw new Refused("XX000", settings.refuse);
    if (!isPooled && sessions.size >= Math.max(1, settings.maxConnections - reservedConnections))
      throw new Refused("53300", "remaining connection slots are reserved for roles with the SUPERUSER attribute");
    sessions.add(session);
    let lease: Lease | undefined;
    const release = (): void => {
      sessions.delete(session);
      if (lease) lastActive = Date.now();
      lease?.release();
    };
    try {
      lease = await acquire();
      const { socket } = lease;
      return { release, socket: isPooled && pooler ? await pooler.start((await context.cluster()).at) : socket };
    } catch (error) {
      release();
      throw error;
    }
  };
  const listener = (isPooled: boolean): Listener =>
    createListener(context.certificate, {
      admit: (session) => admit(session, isPooled && pooler !== undefined),
      async running() {
        const cluster = context.running();
        if (!cluster) return undefined;
        return isPooled && pooler ? await pooler.start(cluster.at) : socketPath(cluster.at);
      },
      log: (message) => context.log(`endpoint ${settings.id}: ${message}`),
    });
  const [direct, pooled] = [listener(false), listener(true)];
  const deactivate = (): void => {
    startedAt = undefined;
    void pooler?.stop();
  };
  const endSessions = (): void => {
    for (const { end } of [direct, pooled]) end();
    deactivate();
  };
  return {
    get settings() {
      return settings;
    },
    set settings(changed) {
      const isAnother = changed.branchId !== settings.branchId || changed.readOnly !== settings.readOnly;
      settings = changed;
      if (isAnother) endSessions();
    },
    servers: { direct: direct.server, pooled: pooled.server },
    status: () => ({
      active: startedAt !== undefined,
      connections: sessions.size,
      ...(lastActive === undefined ? {} : { lastActive }),
      ...(startedAt === undefined ? {} : { startedAt }),
    }),
    idleFrom() {
      if (startedAt === undefined || lastActive === undefined) return undefined;
      return settings.suspendAfter === 0 ? Number.POSITIVE_INFINITY : lastActive + settings.suspendAfter * 1000;
    },
    async start() {
      if (settings.refuse !== undefined) throw new Refused("XX000", settings.refuse);
      (await acquire()).release();
    },
    deactivate,
    async close() {
      startedAt = undefined;
      await Promise.all([direct.close(), pooled.close(), pooler?.stop()]);
    },
  };
}
