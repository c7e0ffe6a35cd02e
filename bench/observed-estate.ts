import type { BenchHome } from "./home.ts";

export interface ApiBinding {
  type: string;
  name: string;
  [field: string]: unknown;
}

/** A deployed script as the API tells it. */
export interface ObservedScript {
  name: string;
  mainModule: string;
  modules: { name: string; content: Uint8Array }[];
  compatibilityDate: string;
  compatibilityFlags: string[];
  bindings: ApiBinding[];
  secretNames: string[];
  tailConsumers: string[];
  crons: string[];
  hosts: string[];
  routes: { pattern: string; zone: string }[];
  /** Own Durable Object classes. */
  classes: string[];
  consumers: Record<string, unknown>[];
  /** Scripts that must exist before this one can bind them. */
  needs: string[];
}

/** Names and ids of everything in an account that wrangler could have made. Maps go from id to name. */
export interface ObservedEstate {
  kvTitles: Map<string, string>;
  /** What is in the namespaces: each service's registry record. */
  kvEntries: { title: string; key: string; value: string }[];
  databases: Map<string, string>;
  hyperdrives: Map<string, string>;
  buckets: string[];
  queues: string[];
  secretsStores: { id: string; name: string; secrets: string[] }[];
  storeCount: number;
  scripts: ObservedScript[];
}

type Json = Record<string, unknown>;

/** Reads an account back through the API. */
export async function observe(home: BenchHome): Promise<ObservedEstate> {
  const account = `/accounts/${home.accountId}`;
  const list = async (path: string) => (await home.api("GET", `${account}/${path}`)) as Json[];
  const names = (entries: Json[], id: string, name: string) =>
    new Map(entries.map((entry) => [String(entry[id]), String(entry[name])]));
  const kvTitles = names(await list("storage/kv/namespaces?per_page=1000"), "id", "title");
  const databases = names(await list("d1/database?per_page=1000"), "uuid", "name");
  const hyperdrives = names(await list("hyperdrive/configs"), "id", "name");
  const { buckets } = (await home.api("GET", `${account}/r2/buckets?per_page=1000`)) as { buckets: Json[] };
  const queues = await list("queues?per_page=1000");
  const secretsStores = [];
  for (const store of await list("secrets_store/stores")) {
    const secrets = await list(`secrets_store/stores/${store.id}/secrets`);
    secretsStores.push({
      id: String(store.id),
      name: String(store.name),
      secrets: secrets.map(({ name }) => String(name)),
    });
  }
  const domains = await list("workers/domains");
  const zones = home.daemon.accounts.find(({ id }) => id === home.accountId)?.zones ?? [];
  const routes: { script: string; pattern: string; zone: string }[] = [];
  for (const zone of zones) {
    for (const route of (await home.api("GET", `/zones/${zone.id}/workers/routes`)) as Json[]) {
      routes.push({ script: String(route.script), pattern: String(route.pattern), zone: zone.name });
    }
  }
  const namespaces = await list("workers/durable_objects/namespaces?per_page=1000");
  const scripts: ObservedScript[] = [];
  for (const { id } of await list("workers/scripts")) {
    const name = String(id);
    const settings = (await home.api("GET", `${account}/workers/scripts/${name}/settings`)) as Json;
    const bindings = (settings.bindings ?? []) as ApiBinding[];
    const { schedules } = (await home.api("GET", `${account}/workers/scripts/${name}/schedules`)) as {
      schedules: Json[];
    };
    const tailConsumers = ((settings.tail_consumers ?? []) as Json[]).map(({ service }) => String(service));
    const others = bindings.flatMap((binding) => referenced(binding)).concat(tailConsumers);
    scripts.push({
      name,
      ...(await content(home, name)),
      compatibilityDate: String(settings.compatibility_date),
      compatibilityFlags: (settings.compatibility_flags ?? []) as string[],
      bindings,
      secretNames: bindings.filter(({ type }) => type === "secret_text").map(({ name: secret }) => secret),
      tailConsumers,
      crons: schedules.map(({ cron }) => String(cron)),
      hosts: domains.filter(({ service }) => service === name).map(({ hostname }) => String(hostname)),
      routes: routes.filter(({ script }) => script === name).map(({ pattern, zone }) => ({ pattern, zone })),
      classes: namespaces.filter(({ script }) => script === name).map((namespace) => String(namespace.class)),
      consumers: await consumersOf(home, queues, name),
      needs: [...new Set(others)].filter((other) => other !== name),
    });
  }
  return {
    kvTitles,
    kvEntries: await entriesOf(home, kvTitles),
    databases,
    hyperdrives,
    buckets: buckets.map(({ name }) => String(name)),
    queues: queues.map((queue) => String(queue.queue_name)),
    secretsStores,
    storeCount: kvTitles.size + databases.size + hyperdrives.size + buckets.length + queues.length,
    scripts,
  };
}

async function entriesOf(home: BenchHome, titles: Map<string, string>): Promise<ObservedEstate["kvEntries"]> {
  const entries: ObservedEstate["kvEntries"] = [];
  for (const [id, title] of titles) {
    const namespace = `/accounts/${home.accountId}/storage/kv/namespaces/${id}`;
    for (const { name } of (await home.api("GET", `${namespace}/keys?limit=1000`)) as Json[]) {
      const key = String(name);
      const value = await read(home, `${namespace}/values/${encodeURIComponent(key)}`);
      entries.push({ title, key, value: await value.text() });
    }
  }
  return entries;
}

/** What is no JSON of the API. */
async function read(home: BenchHome, path: string): Promise<Response> {
  const response = await fetch(`${home.daemon.controlUrl}/client/v4${path}`, {
    headers: { authorization: `Bearer ${home.token}` },
  });
  if (!response.ok) throw new Error(`${path} could not be read: ${response.status}`);
  return response;
}

function referenced(binding: ApiBinding): string[] {
  if (binding.type === "service") return [String(binding.service)];
  const other =
    binding.type === "durable_object_namespace" || binding.type === "workflow" ? binding.script_name : undefined;
  return typeof other === "string" ? [other] : [];
}

async function content(home: BenchHome, script: string): Promise<Pick<ObservedScript, "mainModule" | "modules">> {
  const response = await read(home, `/accounts/${home.accountId}/workers/scripts/${script}/content/v2`);
  const modules: { name: string; content: Uint8Array }[] = [];
  for (const [name, value] of await response.formData()) {
    modules.push({
      name,
      content: typeof value === "string" ? Buffer.from(value) : new Uint8Array(await value.arrayBuffer()),
    });
  }
  return { mainModule: response.headers.get("cf-entrypoint") ?? modules[0]?.name ?? "index.js", modules };
}

async function consumersOf(home: BenchHome, queues: Json[], script: string): Promise<Json[]> {
  const consumers: Json[] = [];
  for (const queue of queues) {
    const list = (await home.api("GET", `/accounts/${home.accountId}/queues/${queue.queue_id}/consumers`)) as Json[];
    for (const consumer of list) {
      if (consumer.script === script || consumer.script_name === script)
        consumers.push({ ...consumer, queue: queue.queue_name });
    }
  }
  return consumers;
}
