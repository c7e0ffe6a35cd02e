import type { Server, Socket } from "node:net";
import type { LocalClock } from "../types.ts";
import type { Certificate } from "./certificate.ts";
import type { Cluster } from "./cluster.ts";
import { createListener, Refused } from "./listener.ts";
import type { PostgresFleet } from "./types.ts";

export type EndpointSettings = Parameters<PostgresFleet["openEndpoint"]>[0];

/** One compute: two listeners in front of the cluster of its branch. */
export interface Endpoint {
  settings: EndpointSettings;
  readonly direct: Server;
  readonly pooled: Server;
  /** From its start, or its first session, to its suspension. */
  readonly active: boolean;
  readonly sessions: number;
  /** Time of the local clock when a session last began or ended. */
  readonly lastActive: number | undefined;
  readonly startedAt: number | undefined;
  start(): Promise<void>;
  /** Ends its sessions; its cluster may go on for another endpoint. */
  deactivate(): void;
  close(): Promise<void>;
}

/** As Neon keeps them back for its own use. */
export const reservedConnections = 7;

export function createEndpoint(
  initial: EndpointSettings,
  context: {
    certificate: Certificate;
    clock: Pick<LocalClock, "now">;
    cluster: (branchId: string) => Promise<Cluster>;
    /** The cluster of the branch if it runs. */
    running: (branchId: string) => string | undefined;
    log: (message: string) => void;
  },
): Endpoint {
  let settings = initial;
  let startedAt: number | undefined;
  let lastActive: number | undefined;
  const sessions = new Set<Socket>();

  const activate = (): void => {
    lastActive = context.clock.now();
    startedAt ??= lastActive;
  };
  const acquire = async () => {
    const lease = await (await context.cluster(settings.branchId)).acquire();
    activate();
    return lease;
  };
  const gate = {
    async admit(session: Socket) {
      if (settings.refuse !== undefined) throw new Refused("XX000", settings.refuse);
      if (sessions.size >= Math.max(1, settings.maxConnections - reservedConnections))
        throw new Refused("53300", "remaining connection slots are reserved for roles with the SUPERUSER attribute");
      sessions.add(session);
      try {
        const lease = await acquire();
        return {
          ...lease,
          release(): void {
            sessions.delete(session);
            lastActive = context.clock.now();
            lease.release();
          },
        };
      } catch (error) {
        sessions.delete(session);
        throw error;
      }
    },
    running: () => context.running(settings.branchId),
    options: () => (settings.readOnly ? "-c default_transaction_read_only=on" : ""),
    log: (message: string) => context.log(`endpoint ${settings.id}: ${message}`),
  };
  const direct = createListener(context.certificate, gate);
  const pooled = createListener(context.certificate, gate);
  const deactivate = (): void => {
    startedAt = undefined;
    for (const session of sessions) session.destroy();
  };
  return {
    get settings() {
      return settings;
    },
    set settings(changed) {
      const moved = changed.branchId !== settings.branchId;
      settings = changed;
      if (moved) deactivate();
    },
    direct,
    pooled,
    get active() {
      return startedAt !== undefined;
    },
    get sessions() {
      return sessions.size;
    },
    get lastActive() {
      return lastActive;
    },
    get startedAt() {
      return startedAt;
    },
    async start() {
      if (settings.refuse !== undefined) throw new Refused("XX000", settings.refuse);
      (await acquire()).release();
    },
    deactivate,
    async close() {
      const closed = Promise.all([direct, pooled].map((server) => new Promise((done) => server.close(done))));
      deactivate();
      await closed;
    },
  };
}
