import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "pg";
import type { Log } from "../log.ts";
import { copyRunning, copyStopped, databaseBytes } from "./branch-data.ts";
import { type BranchContent, type BranchRecord, type BranchRecords, branchRecords } from "./branch-records.ts";
import type { Cluster } from "./cluster.ts";
import { closeLog, dropOldLog, logBytes, recover } from "./history.ts";
import type { Installation } from "./installation.ts";
import { createDatabase, createRole } from "./roles-and-databases.ts";
import { removeRows } from "./schema-only.ts";
import type { ServerFolder } from "./server.ts";
import { BranchTimeUnavailable, type PostgresFleet } from "./types.ts";

/** The data of branches on disk. Clusters are named by their folder, since a branch may get another one. */
export interface Branches extends Pick<PostgresFleet, "createBranch" | "deleteBranch" | "swapBranches" | "sweep"> {
  readonly records: BranchRecords;
  /** Makes the folder of a branch that nobody has needed yet, if it is one, for the start that comes. */
  make(folder: string): Promise<boolean>;
  /** Makes what was written down for it in it, as the superuser in `postgres`. */
  fill(folder: string, client: Client): Promise<void>;
  /** Writes down what is to be made in a branch, if nobody has needed it yet and nobody is about to. */
  later(id: string, content: BranchContent): boolean;
  /** Bytes of all databases of a branch. */
  sizeOf(id: string): Promise<number>;
  /** A cluster has stopped: begins its history anew if it has become long. */
  shortenHistory(folder: string): Promise<void>;
}

/** The log is kept up to this size, or to that of the data if that is more: the time that a branch can reach back. */
const historyBytes = 1 << 30;

export function createBranches(context: {
  directory: string;
  installation: () => Promise<Installation>;
  log: Log;
  cluster: (folder: string) => Promise<Cluster>;
  /** Where a cluster is recovered that nobody else uses yet. */
  at: (folder: string) => Promise<ServerFolder>;
  /** Undefined: it never ran. */
  known: (folder: string) => Cluster | undefined;
  /** The replicas that follow it. */
  followers: (folder: string) => Cluster[];
  forget: (folder: string) => void;
  historyBytes?: number;
}): Branches {
  const records = branchRecords(join(context.directory, "branches.json"));
  const clusterFolder = (folder: string) => join(context.directory, "clusters", folder);
  const baseFolder = (base: string) => join(context.directory, "bases", base);
  /** Bases that something is being made from. */
  const pinned: string[] = [];

  /** The cached template's copy in this home: branches need it for as long as they exist. */
  const templateBase = async (): Promise<string> => {
    const { digest, template } = await context.installation();
    const name = `template-${digest.slice(0, 32)}`;
    if (!existsSync(baseFolder(name))) await makeBase(template, name, { log: true });
    return name;
  };
  const makeBase = async (from: string, name: string, options: { log: boolean }): Promise<void> => {
    const partial = `${baseFolder(name)}.${randomUUID()}`;
    await copyStopped(from, partial, options);
    await rename(partial, baseFolder(name)).catch((error: unknown) => {
      // Another call made the same.
      if (!existsSync(baseFolder(name))) throw error;
      return rm(partial, { recursive: true });
    });
  };
  const dropUnusedBase = async (base: string): Promise<void> => {
    const used = pinned.includes(base) || records.entries().some(([, record]) => record.base === base);
    if (!used && !base.startsWith("template-")) await rm(baseFolder(base), { recursive: true, force: true });
  };

  const unmade = (folder: string): { id: string; record: BranchRecord } | undefined => {
    const found = records.entries().find(([, record]) => record.folder === folder && record.unmade);
    return found && { id: found[0], record: found[1] };
  };

  /** From now on the history of a stopped cluster begins with what it holds now. */
  const beginHistory = async (folder: string): Promise<Pick<BranchRecord, "base" | "historyFrom">> => {
    const base = randomUUID();
    await makeBase(clusterFolder(folder), base, { log: false });
    return { base, historyFrom: Date.now() };
  };

  const copyOf = async (parent: { id: string; at?: number }, folder: string): Promise<Omit<BranchRecord, "folder">> => {
    const { folder: from } = records.get(parent.id);
    const cluster = await context.cluster(from);
    // What nobody has needed yet is made by this.
    if (records.get(parent.id).unmade) await cluster.query("postgres", async () => {});
    const { base, historyFrom, filledAt } = records.get(parent.id);
    const { at } = parent;
    if (at === undefined) {
      await cluster.query("postgres", (client) => copyRunning(client, clusterFolder(from), clusterFolder(folder)));
      return { base, historyFrom, filledAt };
    }
    const now = Date.now();
    if (at < historyFrom || at > now)
      throw new BranchTimeUnavailable(
        `Branch ${parent.id} has no state of ${new Date(at).toISOString()}: its history goes from ${new Date(historyFrom).toISOString()} to ${new Date(now).toISOString()}.`,
      );
    const lastSegment = await cluster.query("postgres", closeLog);
    await recover(await context.at(folder), {
      base: baseFolder(base),
      cluster: clusterFolder(from),
      lastSegment,
      // Before its first start it had what that start made in it.
      time: Math.max(at, filledAt ?? 0),
    });
    return { base, historyFrom, filledAt };
  };

  const withoutRows = async (folder: string): Promise<Pick<BranchRecord, "base" | "historyFrom">> => {
    const cluster = await context.cluster(folder);
    const databases = await cluster.query("postgres", async (client) => {
      const { rows } = await client.query<{ name: string }>(
        "SELECT datname AS name FROM pg_database WHERE datallowconn",
      );
      return rows;
    });
    for (const { name } of databases) await cluster.query(name, removeRows);
    // What is kept of the log shall hold no row either.
    for (let segment = 0; segment < 4; segment++) await cluster.query("postgres", closeLog);
    return await cluster.whileStopped(async () => {
      const begun = await beginHistory(folder);
      await dropOldLog(clusterFolder(folder));
      return begun;
    });
  };

  const remove = async (folder: string): Promise<void> => {
    const files = () => rm(clusterFolder(folder), { recursive: true, force: true });
    const cluster = context.known(folder);
    await (cluster ? cluster.whileStopped(files) : files());
    context.forget(folder);
  };

  const branches: Branches = {
    records,
    async make(folder) {
      const found = unmade(folder);
      if (!found) return false;
      // What a start that was interrupted made of it.
      await rm(clusterFolder(folder), { recursive: true, force: true });
      await copyStopped(baseFolder(found.record.base), clusterFolder(folder), { log: true });
      return true;
    },
    async fill(folder, client) {
      const found = unmade(folder);
      for (const content of found?.record.unmade ?? []) {
        if ("role" in content) await createRole(client, { name: content.role, verifier: content.verifier });
        else await createDatabase(client, { name: content.database, owner: content.owner });
      }
      if (found) records.set({ [found.id]: { ...found.record, unmade: undefined, filledAt: Date.now() } });
    },
    later(id, content) {
      const record = records.get(id);
      if (!record.unmade || context.known(record.folder)?.users) return false;
      records.set({ [id]: { ...record, unmade: [...record.unmade, content] } });
      return true;
    },
    async sizeOf(id) {
      const { folder, base, unmade } = records.get(id);
      return await databaseBytes(unmade ? baseFolder(base) : clusterFolder(folder));
    },
    async createBranch({ id, parent, schemaOnly }) {
      if (records.has(id)) throw new Error(`Branch ${id} exists already.`);
      const folder = randomUUID();
      await mkdir(join(context.directory, "clusters"), { recursive: true, mode: 0o711 });
      await mkdir(join(context.directory, "bases"), { recursive: true, mode: 0o711 });
      const base = parent ? records.get(parent.id).base : await templateBase();
      pinned.push(base);
      try {
        let made: Omit<BranchRecord, "folder">;
        if (parent) made = await copyOf(parent, folder);
        else made = { base, historyFrom: Date.now(), unmade: [] };
        if (parent && schemaOnly) made = await withoutRows(folder);
        records.set({ [id]: { folder, ...made } });
      } catch (error) {
        await remove(folder);
        throw error;
      } finally {
        pinned.splice(pinned.indexOf(base), 1);
      }
    },
    async deleteBranch(id) {
      if (!records.has(id)) return;
      const { folder, base } = records.get(id);
      const followers = context.followers(folder);
      records.set({ [id]: undefined });
      await Promise.all(followers.map((follower) => follower.stop()));
      await remove(folder);
      await dropUnusedBase(base);
    },
    async swapBranches(a, b) {
      const folders = [a, b].map((id) => records.get(id).folder);
      const clusters = folders.flatMap((folder) => [...context.followers(folder), context.known(folder) ?? []].flat());
      // First, so that whoever connects from now on gets the other's data; then the sessions of before end.
      records.set({ [a]: records.get(b), [b]: records.get(a) });
      await Promise.all(clusters.map((cluster) => cluster.stop()));
    },
    async sweep(branchIds) {
      for (const [id] of records.entries()) if (!branchIds.has(id)) await branches.deleteBranch(id);
      const used = new Set(records.entries().flatMap(([, { folder, base }]) => [folder, base]));
      for (const kind of ["clusters", "bases"]) {
        for (const name of await readdir(join(context.directory, kind)).catch(() => [])) {
          if (used.has(name) || pinned.includes(name) || context.known(name)) continue;
          await rm(join(context.directory, kind, name), { recursive: true, force: true });
        }
      }
    },
    async shortenHistory(folder) {
      const found = records.entries().find(([, record]) => record.folder === folder);
      if (!found) return;
      const [id, { base }] = found;
      const { data, log } = await logBytes(clusterFolder(folder)).catch((error: unknown) => {
        // It was deleted meanwhile.
        if (!existsSync(clusterFolder(folder))) return { data: 0, log: 0 };
        throw error;
      });
      if (log <= Math.max(context.historyBytes ?? historyBytes, data)) return;
      await context.known(folder)?.ifStopped(async () => {
        records.set({ [id]: { folder, ...(await beginHistory(folder)) } });
        await dropOldLog(clusterFolder(folder));
        await dropUnusedBase(base);
        context.log.info(`branch ${id}: its history begins anew, ${Math.round(log / 2 ** 20)} MB of log removed`);
      });
    },
  };
  return branches;
}
