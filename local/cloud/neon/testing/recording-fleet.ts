import { BranchTimeUnavailable, type PostgresFleet } from "../../postgres/types.ts";

/** What a branch holds, for tests that look at what the API asks of a fleet and need no Postgres. */
interface RecordedBranch {
  parent?: { id: string; at?: number } | undefined;
  schemaOnly: boolean;
  roles: Map<string, string>;
  databases: Map<string, string>;
}

type EndpointSettings = Parameters<PostgresFleet["openEndpoint"]>[0];

/** A fleet that remembers in memory; a test may hold it up, break it and look into it. */
export interface RecordingFleet extends PostgresFleet {
  branches: Map<string, RecordedBranch>;
  endpoints: Map<
    string,
    EndpointSettings & {
      active: boolean;
      connections: number;
      lastActive?: number | undefined;
      startedAt?: number | undefined;
    }
  >;
  calls: string[];
  /** Every call that changes a branch waits for it. */
  held: Promise<void>;
  /** Throws for calls that are to fail. */
  check: (call: string) => void;
}

export function recordingFleet(): RecordingFleet {
  let nextPort = 20_000;
  const ports = new Map<string, { direct: number; pooled: number }>();
  const note = async (call: string): Promise<void> => {
    fleet.calls.push(call);
    await fleet.held;
    fleet.check(call);
  };
  const branch = (id: string): RecordedBranch => {
    const found = fleet.branches.get(id);
    if (!found) throw new Error(`No data of branch ${id}.`);
    return found;
  };
  const endpoint = (id: string) => {
    const found = fleet.endpoints.get(id);
    if (!found) throw new Error(`Endpoint ${id} is not open.`);
    return found;
  };
  const fleet: RecordingFleet = {
    branches: new Map(),
    endpoints: new Map(),
    calls: [],
    held: Promise.resolve(),
    check: () => {},
    async createBranch({ id, parent, schemaOnly = false }) {
      await note(`createBranch ${id}`);
      if (parent?.at !== undefined && parent.at > Date.now()) throw new BranchTimeUnavailable("in the future");
      const source = parent ? branch(parent.id) : undefined;
      fleet.branches.set(id, {
        parent,
        schemaOnly,
        roles: new Map(source?.roles),
        databases: new Map(source?.databases),
      });
    },
    async deleteBranch(id) {
      await note(`deleteBranch ${id}`);
      fleet.branches.delete(id);
    },
    async swapBranches(a, b) {
      await note(`swapBranches ${a} ${b}`);
      const [first, second] = [branch(a), branch(b)];
      fleet.branches.set(a, second).set(b, first);
    },
    async createRole(id, { name, password }) {
      await note(`createRole ${id} ${name}`);
      branch(id).roles.set(name, password);
    },
    async setPassword(id, { name, password }) {
      await note(`setPassword ${id} ${name}`);
      branch(id).roles.set(name, password);
    },
    async deleteRole(id, name) {
      await note(`deleteRole ${id} ${name}`);
      branch(id).roles.delete(name);
    },
    async createDatabase(id, { name, owner }) {
      await note(`createDatabase ${id} ${name}`);
      branch(id).databases.set(name, owner);
    },
    async updateDatabase(id, name, change) {
      await note(`updateDatabase ${id} ${name}`);
      const { databases } = branch(id);
      const owner = change.owner ?? databases.get(name) ?? "";
      databases.delete(name);
      databases.set(change.name ?? name, owner);
    },
    async deleteDatabase(id, name) {
      await note(`deleteDatabase ${id} ${name}`);
      branch(id).databases.delete(name);
    },
    async openEndpoint(settings) {
      const { active = false, connections = 0, lastActive, startedAt } = fleet.endpoints.get(settings.id) ?? {};
      fleet.endpoints.set(settings.id, { ...settings, active, connections, lastActive, startedAt });
      const kept = ports.get(settings.id) ?? { direct: nextPort++, pooled: nextPort++ };
      ports.set(settings.id, kept);
      return kept;
    },
    async closeEndpoint(id) {
      fleet.endpoints.delete(id);
      ports.delete(id);
    },
    async startEndpoint(id) {
      await note(`startEndpoint ${id}`);
      endpoint(id).active = true;
    },
    async suspendEndpoint(id) {
      await note(`suspendEndpoint ${id}`);
      Object.assign(endpoint(id), { active: false, connections: 0 });
    },
    status(id) {
      const { active, connections, lastActive, startedAt } = endpoint(id);
      return {
        active,
        connections,
        ...(lastActive === undefined ? {} : { lastActive }),
        ...(startedAt === undefined ? {} : { startedAt }),
      };
    },
    async logicalSize(id) {
      branch(id);
      return 7_000_000;
    },
    pooler: "alias",
    async sweep(ids) {
      for (const id of fleet.branches.keys()) if (!ids.has(id)) fleet.branches.delete(id);
    },
    async stop() {},
  };
  return fleet;
}
