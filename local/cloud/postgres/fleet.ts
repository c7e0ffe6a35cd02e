import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync } from "node:fs";
import { access, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import type { Log } from "../log.ts";
import type { AdvancingClock } from "../runtime/local-clock.ts";
import { copyRunning, copyStopped, databaseBytes } from "./branch-data.ts";
import { type BranchRecord, branchRecords } from "./branch-records.ts";
import { keptCertificate } from "./certificate.ts";
import { type Cluster, createCluster } from "./cluster.ts";
import { createEndpoint, type Endpoint } from "./endpoint.ts";
import { install } from "./install.ts";
import type { Installation } from "./installation.ts";
import { keptPorts } from "./kept-ports.ts";
import { endOrphans, recordOf } from "./processes.ts";
import * as within from "./roles-and-databases.ts";
import { socketParent } from "./sockets.ts";
import type { PostgresFleet } from "./types.ts";

export interface FleetOptions {
  /** Everything is kept below it: data, ports, certificate. Nobody else uses it. */
  directory: string;
  clock: Pick<AdvancingClock, "now" | "onAdvance">;
  log: Log;
}

/** A cluster that only the fleet itself used goes on for so long, since one call is often followed by the next. */
const linger = 3000;
const longestTimer = 2 ** 31 - 1;

/** Ends what an earlier daemon left behind and serves the branches on disk. Nothing of Postgres is touched before it is needed. */
export async function openPostgresFleet({ directory, clock, log }: FleetOptions): Promise<PostgresFleet> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const orphans = await endOrphans(join(directory, "processes.json"));
  if (orphans > 0) log.warn(`ended ${orphans} Postgres server(s) that an earlier daemon left behind`);
  const socketFolder = mkdtempSync(join(socketParent(), "pg-"));
  const processes = recordOf(join(directory, "processes.json"), socketFolder);
  const records = branchRecords(join(directory, "branches.json"));
  const ports = keptPorts(join(directory, "ports.json"));
  const certificate = keptCertificate(directory);
  const clusterFolder = (folder: string) => join(directory, "clusters", folder);
  const baseFolder = (base: string) => join(directory, "bases", base);

  let installed: Promise<Installation> | undefined;
  const installation = () => {
    installed ??= install([directory, socketFolder]).then(async (made) => {
      await made.runAs.own(socketFolder);
      return made;
    });
    installed.catch(() => {
      installed = undefined;
    });
    return installed;
  };

  const clusters = new Map<string, Cluster>();
  const timers = new Map<string, NodeJS.Timeout>();
  const lastUse = new Map<string, number>();
  const endpoints = new Map<string, Endpoint>();
  let socketNumber = 0;

  const endpointsOf = (folder: string) =>
    [...endpoints.values()].filter(
      ({ settings }) => records.has(settings.branchId) && records.get(settings.branchId).folder === folder,
    );

  /** Suspends a cluster that nobody has used for long enough, or comes back when that may be so. */
  const consider = async (folder: string): Promise<void> => {
    clearTimeout(timers.get(folder));
    const cluster = clusters.get(folder);
    if (!cluster?.running || cluster.users > 0) return;
    const now = clock.now();
    const until = endpointsOf(folder)
      .filter(({ active }) => active)
      .map(({ settings, lastActive = now }) =>
        settings.suspendAfter === 0 ? Number.POSITIVE_INFINITY : lastActive + settings.suspendAfter * 1000,
      );
    const wait = Math.max((lastUse.get(folder) ?? now) + linger, ...until) - now;
    if (wait <= 0) return await cluster.stopIfUnused();
    if (wait === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => void consider(folder), Math.min(wait, longestTimer));
    timer.unref();
    timers.set(folder, timer);
  };
  clock.onAdvance(async () => {
    await Promise.all([...clusters.keys()].map(consider));
  });

  const clusterIn = async (folder: string): Promise<Cluster> => {
    const made = await installation();
    const known = clusters.get(folder);
    if (known) return known;
    const cluster: Cluster = createCluster({
      installation: made,
      folder: clusterFolder(folder),
      socketFolder,
      port: ++socketNumber,
      processes,
      now: clock.now,
      settings: () => {
        const wanted = endpointsOf(folder).reduce((sum, { settings }) => sum + settings.maxConnections, 0);
        return { max_connections: Math.max(wanted, 10) };
      },
      changed: () => {
        lastUse.set(folder, clock.now());
        if (!cluster.running) for (const endpoint of endpointsOf(folder)) endpoint.deactivate();
        void consider(folder);
      },
    });
    clusters.set(folder, cluster);
    return cluster;
  };
  const clusterOf = async (branchId: string): Promise<Cluster> => await clusterIn(records.get(branchId).folder);
  const inBranch = async <Result>(branchId: string, work: (client: Client) => Promise<Result>, database = "postgres") =>
    await (await clusterOf(branchId)).query(database, work);

  const templateBase = async (): Promise<string> => {
    const { digest, template } = await installation();
    const name = `template-${digest.slice(0, 32)}`;
    const folder = baseFolder(name);
    const there = await access(folder).then(
      () => true,
      () => false,
    );
    if (there) return name;
    const partial = `${folder}.${randomUUID()}`;
    await copyStopped(template, partial, { log: true });
    await rename(partial, folder).catch(() => rm(partial, { recursive: true }));
    return name;
  };

  const forget = async (folder: string): Promise<void> => {
    const cluster = clusters.get(folder);
    const remove = () => rm(clusterFolder(folder), { recursive: true, force: true });
    await (cluster ? cluster.whileStopped(remove) : remove());
    clearTimeout(timers.get(folder));
    clusters.delete(folder);
  };

  const created = async (id: string, make: (to: string) => Promise<Omit<BranchRecord, "folder">>): Promise<void> => {
    const folder = randomUUID();
    await mkdir(join(directory, "clusters"), { recursive: true, mode: 0o700 });
    try {
      records.set({ [id]: { folder, ...(await make(clusterFolder(folder))) } });
    } catch (error) {
      await rm(clusterFolder(folder), { recursive: true, force: true });
      throw error;
    }
  };

  const fleet: PostgresFleet = {
    async createBranch({ id, parent }) {
      if (records.has(id)) return;
      await created(id, async (to) => {
        if (!parent) {
          const base = await templateBase();
          await copyStopped(baseFolder(base), to, { log: true });
          return { base, historyFrom: Date.now() };
        }
        const { folder, base, historyFrom } = records.get(parent.id);
        await inBranch(parent.id, (client) => copyRunning(client, clusterFolder(folder), to));
        return { base, historyFrom };
      });
    },
    async deleteBranch(id) {
      if (!records.has(id)) return;
      const { folder } = records.get(id);
      records.set({ [id]: undefined });
      await forget(folder);
    },
    async swapBranches(a, b) {
      const [first, second] = [records.get(a), records.get(b)];
      await Promise.all([first, second].map(({ folder }) => clusters.get(folder)?.stop()));
      records.set({ [a]: second, [b]: first });
    },

    createRole: (branchId, role) => inBranch(branchId, (client) => within.createRole(client, role)),
    setPassword: (branchId, role) => inBranch(branchId, (client) => within.setPassword(client, role)),
    deleteRole: (branchId, name) =>
      inBranch(branchId, (client) =>
        within.deleteRole(client, name, (database, work) => inBranch(branchId, work, database)),
      ),
    createDatabase: (branchId, database) => inBranch(branchId, (client) => within.createDatabase(client, database)),
    updateDatabase: (branchId, name, change) =>
      inBranch(branchId, (client) => within.updateDatabase(client, name, change)),
    deleteDatabase: (branchId, name) => inBranch(branchId, (client) => within.deleteDatabase(client, name)),

    async openEndpoint(settings) {
      const known = endpoints.get(settings.id);
      if (known) known.settings = settings;
      const endpoint =
        known ??
        createEndpoint(settings, {
          certificate,
          clock,
          cluster: clusterOf,
          running: (branchId) => clusters.get(records.get(branchId).folder)?.socket,
          log: log.warn,
        });
      endpoints.set(settings.id, endpoint);
      return await ports.listen(settings.id, endpoint);
    },
    async closeEndpoint(id) {
      await endpoints.get(id)?.close();
      endpoints.delete(id);
      ports.forget(id);
    },
    startEndpoint: async (id) => await find(endpoints, id).start(),
    async suspendEndpoint(id) {
      const endpoint = find(endpoints, id);
      const { folder } = records.get(endpoint.settings.branchId);
      const others = endpointsOf(folder).some((other) => other !== endpoint && other.active);
      if (!others) await clusters.get(folder)?.stop();
      endpoint.deactivate();
    },
    status(id) {
      const { active, sessions, lastActive, startedAt } = find(endpoints, id);
      return {
        active,
        connections: sessions,
        ...(lastActive === undefined ? {} : { lastActive }),
        ...(startedAt === undefined ? {} : { startedAt }),
      };
    },
    logicalSize: (branchId) => databaseBytes(clusterFolder(records.get(branchId).folder)),
    pooler: "alias",
    async sweep(branchIds) {
      for (const [id] of records.entries()) if (!branchIds.has(id)) await fleet.deleteBranch(id);
      const used = new Set(records.entries().map(([, { folder }]) => folder));
      for (const name of await readdir(join(directory, "clusters")).catch(() => [])) {
        if (!used.has(name)) await rm(clusterFolder(name), { recursive: true, force: true });
      }
    },
    async stop() {
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()));
      await Promise.all([...clusters.values()].map((cluster) => cluster.stop()));
      await rm(socketFolder, { recursive: true, force: true });
    },
  };
  return fleet;
}

function find(endpoints: ReadonlyMap<string, Endpoint>, id: string): Endpoint {
  const endpoint = endpoints.get(id);
  if (!endpoint) throw new Error(`Endpoint ${id} is not open.`);
  return endpoint;
}
