import type Cloudflare from "cloudflare";
import type { Deployment, StateResource } from "../../cli/recovery/deployment.ts";
import type { Estate } from "./estate.ts";

/** Ids by resource type, sorted. */
export type Inventory = Record<string, string[]>;

type Lister = (cloud: {
  api: Cloudflare;
  accountId: string;
  zoneIds: string[];
  account: string;
  estate: Estate;
}) => AsyncIterable<unknown> | Promise<Iterable<unknown>>;

interface Kind {
  list: Lister;
  /** What names an item of the list. */
  listed: string;
  /** What names it in the state: a path in the resource; the id unless said otherwise. */
  kept?: (resource: StateResource) => unknown;
}

const id = (resource: StateResource) => resource.id;

/** Everything that the small estate, its database and the families make and the clouds can list. Written without a look at how recovery finds things. */
const kinds: Record<string, Kind> = {
  "cloudflare:index/workersScript:WorkersScript": {
    list: ({ api, accountId }) => api.workers.scripts.list({ account_id: accountId }),
    listed: "id",
  },
  "cloudflare:index/workersKvNamespace:WorkersKvNamespace": {
    list: ({ api, accountId }) => api.kv.namespaces.list({ account_id: accountId }),
    listed: "id",
  },
  "cloudflare:index/r2Bucket:R2Bucket": {
    list: async function* ({ api, accountId }) {
      // A bucket of a jurisdiction is listed for whoever asks there only.
      for (const jurisdiction of ["default", "eu", "fedramp"]) {
        const headers = { "cf-r2-jurisdiction": jurisdiction };
        yield* (await api.r2.buckets.list({ account_id: accountId }, { headers })).buckets ?? [];
      }
    },
    listed: "name",
  },
  "cloudflare:index/d1Database:D1Database": {
    list: ({ api, accountId }) => api.d1.database.list({ account_id: accountId }),
    listed: "uuid",
  },
  "cloudflare:index/queue:Queue": {
    list: ({ api, accountId }) => api.queues.list({ account_id: accountId }),
    listed: "queue_id",
  },
  "cloudflare:index/queueConsumer:QueueConsumer": {
    list: async function* ({ api, accountId }) {
      for await (const { queue_id: queue } of api.queues.list({ account_id: accountId })) {
        if (queue) yield* api.queues.consumers.list(queue, { account_id: accountId });
      }
    },
    listed: "consumer_id",
    kept: ({ outputs }) => outputs?.consumerId,
  },
  "cloudflare:index/workersRoute:WorkersRoute": {
    list: async function* ({ api, zoneIds }) {
      for (const zone of zoneIds) yield* api.workers.routes.list({ zone_id: zone });
    },
    listed: "id",
  },
  "cloudflare:index/workersCustomDomain:WorkersCustomDomain": {
    list: ({ api, accountId }) => api.workers.domains.list({ account_id: accountId }),
    listed: "id",
  },
  "cloudflare:index/hyperdriveConfig:HyperdriveConfig": {
    list: ({ api, accountId }) => api.hyperdrive.configs.list({ account_id: accountId }),
    listed: "id",
  },
  "neon:index:Project": {
    list: ({ estate, account }) => estate.neonProjects(account),
    listed: "id",
  },
  "cloudflare:index/ruleset:Ruleset": {
    list: async function* ({ api, zoneIds }) {
      for (const zone of zoneIds) yield* api.rulesets.list({ zone_id: zone });
    },
    listed: "id",
  },
  "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy": {
    list: ({ api, accountId }) => api.zeroTrust.access.policies.list({ account_id: accountId }),
    listed: "id",
  },
  "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication": {
    list: ({ api, accountId }) => api.zeroTrust.access.applications.list({ account_id: accountId }),
    listed: "id",
  },
};

/**
 * What there is in an account and what the states of its stacks know, in the same words; equal when nothing is double and nothing orphaned.
 * @param stacks all that make something there
 */
export async function inventories(
  estate: Estate,
  { account = "chittyos", stacks = ["chittyops/local"] }: { account?: string; stacks?: readonly string[] } = {},
): Promise<{ cloud: Inventory; state: Inventory }> {
  const cloud = { ...(await estate.cloud(account)), account, estate };
  const state = { resources: stacks.flatMap((stack) => estate.state(stack).resources ?? []) };
  const inCloud: Inventory = {};
  const inState: Inventory = {};
  for (const [type, { list, listed, kept = id }] of Object.entries(kinds)) {
    const ids: string[] = [];
    for await (const item of await list(cloud)) ids.push(String((item as Record<string, unknown>)[listed]));
    inCloud[type] = ids.sort();
    // One script may be several resources: its first upload and what came after it.
    inState[type] = [...new Set(ofType(state, type).map((resource) => String(kept(resource))))].sort();
  }
  return { cloud: inCloud, state: inState };
}

function ofType(state: Deployment, type: string) {
  return (state.resources ?? []).filter((resource) => resource.type === type && resource.delete !== true);
}
