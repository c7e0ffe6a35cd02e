import type Cloudflare from "cloudflare";
import type { Deployment, StateResource } from "../../cli/recovery/deployment.ts";
import type { Estate } from "./estate.ts";

/** Ids by resource type, sorted. */
export type Inventory = Record<string, string[]>;

type Lister = (cloud: {
  api: Cloudflare;
  accountId: string;
  zoneId: string;
}) => AsyncIterable<unknown> | Promise<Iterable<unknown>>;

interface Kind {
  list: Lister;
  /** What names an item of the list. */
  listed: string;
  /** What names it in the state: a path in the resource; the id unless said otherwise. */
  kept?: (resource: StateResource) => unknown;
}

const id = (resource: StateResource) => resource.id;

/** Everything that the small estate makes and the cloud can list. Written without a look at how recovery finds things. */
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
    list: async ({ api, accountId }) => (await api.r2.buckets.list({ account_id: accountId })).buckets ?? [],
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
    list: ({ api, zoneId }) => api.workers.routes.list({ zone_id: zoneId }),
    listed: "id",
  },
  "cloudflare:index/workersCustomDomain:WorkersCustomDomain": {
    list: ({ api, accountId }) => api.workers.domains.list({ account_id: accountId }),
    listed: "id",
  },
  "cloudflare:index/ruleset:Ruleset": {
    list: ({ api, zoneId }) => api.rulesets.list({ zone_id: zoneId }),
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

/** What there is in the cloud and what the state knows, in the same words; equal when nothing is double and nothing orphaned. */
export async function inventories(estate: Estate): Promise<{ cloud: Inventory; state: Inventory }> {
  const cloud = await estate.cloud();
  const state = estate.state();
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
