import { mkdirSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Client } from "pg";
import type { Log } from "../log.ts";
import { createBranches } from "./branches.ts";
import { keptCertificate } from "./certificate.ts";
import { type Cluster, createCluster } from "./cluster.ts";
import { createEndpoint, type Endpoint, type EndpointSettings } from "./endpoint.ts";
import { type IdleTimer, idleTimer } from "./idle.ts";
import { type InstallOptions, install } from "./install.ts";
import type { Installation } from "./installation.ts";
import { keptPorts } from "./kept-ports.ts";
import { createPooler, findPgbouncer } from "./pooler.ts";
import { endOrphans, recordOf } from "./processes.ts";
import { createReplica } from "./replica.ts";
import * as inside from "./roles-and-databases.ts";
import { scramVerifier } from "./scram-verifier.ts";
import { asSuperuser, type ServerFolder } from "./server.ts";
import { socketParent } from "./sockets.ts";
import type { PostgresFleet } from "./types.ts";

export interface FleetOptions {
  /** Everything is kept below it: data, ports, certificate. One fleet at a time uses it. */
  directory: string;
  log: Log;
  /** Tests: as if it were (not) installed. */
  pgbouncer?: string | undefined;
  /** Bytes of log that are kept of each branch; 1 GB. */
  historyBytes?: number;
  install?: InstallOptions;
}

/** A cluster that only the fleet itself used goes on for so long (milliseconds), since one call is often followed by the next. */
const linger = 3000;

/** A cluster, and what ends it when nobody has needed it for long enough. */
interface Kept {
  cluster: Cluster;
  timer: IdleTimer;
}

/** Ends what an earlier daemon left behind and serves the branches on disk. Nothing of Postgres is touched before it is needed. */
export async function openPostgresFleet(options: FleetOptions): Promise<PostgresFleet> {
  const { directory, log } = options;
  // Where Postgres runs as somebody else, it must get through; what is secret below is for its user only.
  mkdirSync(directory, { recursive: true, mode: 0o711 });
  const processesFile = join(directory, "processes.json");
  const orphans = await endOrphans(processesFile);
  if (orphans > 0) log.warn(`ended ${orphans} Postgres process(es) that an earlier daemon left behind`);
  const socketFolder = mkdtempSync(join(socketParent(), "pg-"));
  const processes = recordOf(processesFile, socketFolder);
  await rm(join(directory, "poolers"), { recursive: true, force: true });
  const ports = keptPorts(join(directory, "ports.json"));
  const certificate = keptCertificate(directory);
  const pgbouncer = "pgbouncer" in options ? options.pgbouncer : findPgbouncer();

  let installed: Promise<Installation> | undefined;
  const installation = (): Promise<Installation> => {
    installed ??= install([directory, dirname(socketFolder)], options.install).then(async (made) => {
      await made.runAs.own(socketFolder);
      return made;
    });
    installed.catch(() => {
      installed = undefined;
    });
    return installed;
  };
  let sockets = 0;
  let stopped = false;
  const place = (folder: string, made: Installation): ServerFolder => ({
    installation: made,
    folder: join(directory, "clusters", folder),
    socketFolder,
    port: ++sockets,
    processes,
  });

  /** What nobody waits for, but for the end of the fleet. */
  const pending = new Set<Promise<void>>();
  const background = (work: Promise<void>): void => {
    const watched = work
      .catch((error: unknown) => log.error(`Postgres: ${error instanceof Error ? error.message : error}`))
      .finally(() => pending.delete(watched));
    pending.add(watched);
  };

  const clusters = new Map<string, Kept>();
  const endpoints = new Map<string, Endpoint>();
  const branches = createBranches({
    directory,
    installation,
    log,
    at: async (folder) => place(folder, await installation()),
    cluster,
    known: (folder) => clusters.get(folder)?.cluster,
    forget(folder) {
      clusters.get(folder)?.timer.cancel();
      clusters.delete(folder);
    },
    followers: (folder) =>
      endpointsOn(folder)
        .filter(({ settings }) => settings.readOnly)
        .flatMap(({ settings }) => clusters.get(nameOf(settings))?.cluster ?? []),
    ...(options.historyBytes === undefined ? {} : { historyBytes: options.historyBytes }),
  });
  const { records } = branches;

  /** The folder of the cluster that an endpoint connects to. */
  function nameOf(settings: EndpointSettings): string {
    return settings.readOnly ? `replica-${settings.id}` : records.get(settings.branchId).folder;
  }
  /** Endpoints of the branch whose data is in that folder, or the one whose replica is. */
  function endpointsOn(folder: string): Endpoint[] {
    return [...endpoints.values()].filter(({ settings }) => {
      const isOfBranch = records.has(settings.branchId) && records.get(settings.branchId).folder === folder;
      return isOfBranch || folder === `replica-${settings.id}`;
    });
  }

  async function cluster(folder: string, replicaOf?: string): Promise<Cluster> {
    const postgres = await installation();
    if (stopped) throw new Error("The embedded cloud is stopping.");
    const known = clusters.get(folder);
    if (known) return known.cluster;
    let wasRunning = false;
    const changed = (): void => {
      const { running } = made;
      if (wasRunning && !running) {
        for (const endpoint of endpointsOn(folder)) if (nameOf(endpoint.settings) === folder) endpoint.deactivate();
        background(branches.shortenHistory(folder));
      }
      wasRunning = running;
      timer.consider();
    };
    const settingsOf = async () => {
      const wanted = endpointsOn(folder).filter(({ settings }) => !settings.readOnly);
      const settings = {
        max_connections: Math.max(20, ...wanted.map(({ settings }) => settings.maxConnections)),
      };
      if (!(await branches.make(folder))) return { settings };
      const started = () => asSuperuser(made.at, "postgres", (client) => branches.fill(folder, client));
      return { settings, started };
    };
    const made: Cluster = replicaOf
      ? createReplica(place(folder, postgres), () => cluster(records.get(replicaOf).folder), changed)
      : createCluster(place(folder, postgres), { prepare: settingsOf, changed });
    const timer = idleTimer(
      () => {
        if (!made.running || made.users > 0) return undefined;
        const wanted = endpointsOn(folder).filter(({ settings }) => nameOf(settings) === folder);
        return Math.max(made.usersSince + linger, ...wanted.map((endpoint) => endpoint.idleFrom() ?? 0));
      },
      () => background(made.stopIfUnused()),
    );
    clusters.set(folder, { cluster: made, timer });
    return made;
  }

  const inBranch = async <Result>(id: string, work: (client: Client) => Promise<Result>, database = "postgres") =>
    await (await cluster(records.get(id).folder)).query(database, work);

  function find(id: string): Endpoint {
    const endpoint = endpoints.get(id);
    if (!endpoint) throw new Error(`Endpoint ${id} is not open.`);
    return endpoint;
  }
  function createdEndpoint(settings: EndpointSettings): Endpoint {
    const endpoint: Endpoint = createEndpoint(settings, {
      certificate,
      cluster: () =>
        cluster(nameOf(endpoint.settings), endpoint.settings.readOnly ? endpoint.settings.branchId : undefined),
      running() {
        const found = clusters.get(nameOf(endpoint.settings))?.cluster;
        return found?.running ? found : undefined;
      },
      ...(pgbouncer === undefined
        ? {}
        : {
            pooler: createPooler(
              pgbouncer,
              { folder: join(directory, "poolers", settings.id), port: ++sockets },
              () => endpoint.settings.maxConnections,
            ),
          }),
      log: log.warn,
    });
    endpoints.set(settings.id, endpoint);
    return endpoint;
  }

  return {
    createBranch: branches.createBranch,
    deleteBranch: branches.deleteBranch,
    swapBranches: branches.swapBranches,
    sweep: branches.sweep,

    async createRole(id, { name, password }) {
      const verifier = scramVerifier(password);
      if (branches.later(id, { role: name, verifier })) return;
      await inBranch(id, (client) => inside.createRole(client, { name, verifier }));
    },
    setPassword: (id, { name, password }) =>
      inBranch(id, (client) => inside.setPassword(client, { name, verifier: scramVerifier(password) })),
    deleteRole: (id, name) =>
      inBranch(id, (client) => inside.deleteRole(client, name, (database, work) => inBranch(id, work, database))),
    async createDatabase(id, { name, owner }) {
      if (branches.later(id, { database: name, owner })) return;
      await inBranch(id, (client) => inside.createDatabase(client, { name, owner }));
    },
    updateDatabase: (id, name, change) => inBranch(id, (client) => inside.updateDatabase(client, name, change)),
    deleteDatabase: (id, name) => inBranch(id, (client) => inside.deleteDatabase(client, name)),

    async openEndpoint(settings) {
      const known = endpoints.get(settings.id);
      if (known) known.settings = settings;
      return await ports.listen(settings.id, (known ?? createdEndpoint(settings)).servers);
    },
    async closeEndpoint(id) {
      const endpoint = endpoints.get(id);
      if (!endpoint) return;
      await endpoint.close();
      if (endpoint.settings.readOnly) await clusters.get(nameOf(endpoint.settings))?.cluster.stop();
      endpoints.delete(id);
      ports.forget(id);
    },
    startEndpoint: async (id) => await find(id).start(),
    async suspendEndpoint(id) {
      const { settings } = find(id);
      // Without its branch there is nothing left that runs.
      if (records.has(settings.branchId)) await clusters.get(nameOf(settings))?.cluster.stop();
    },
    status: (id) => find(id).status(),
    logicalSize: (id) => branches.sizeOf(id),
    pooler: pgbouncer === undefined ? "alias" : "pgbouncer",
    async stop() {
      stopped = true;
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()));
      // Replicas first: each needs another cluster.
      const [replicas, others] = [true, false].map((isReplica) =>
        [...clusters].filter(([folder]) => folder.startsWith("replica-") === isReplica),
      );
      for (const group of [replicas, others]) await Promise.all((group ?? []).map(([, kept]) => kept.cluster.stop()));
      for (const { timer } of clusters.values()) timer.cancel();
      await Promise.all(pending);
      await rm(socketFolder, { recursive: true, force: true });
    },
  };
}
