import type Cloudflare from "cloudflare";
import { type BundledPackage, packagesIn } from "../../../contracts/bundle-packages.ts";
import { inParallel } from "../../../runtime/ops/outbound/in-parallel.ts";
import type { AccountEstate } from "../../cloud/account-estates.ts";
import { resourceName, shortType } from "../../engine/urn.ts";
import { ownerOf } from "./owner-of.ts";

/** Who made something, as the states have it. */
interface Owner {
  service: string;
  family: string;
}

export interface ScriptView extends Partial<Owner> {
  name: string;
  /** Whether it is reached at the account's workers.dev subdomain, and its versions are. */
  workersDev: { enabled: boolean; previews: boolean };
  /** Undefined: its build did not say. */
  packages: BundledPackage[] | undefined;
}

export interface StoreView extends Partial<Owner> {
  kind: "KV namespace" | "R2 bucket" | "D1 database";
  name: string;
  /** Whether a Worker is bound to it. */
  bound: boolean;
}

export interface QueueView extends Partial<Owner> {
  name: string;
  /** Its name in the owner's entry of the catalog. */
  store?: string;
  consumers: number;
  producers: number;
  /** Whether it takes what the consumer of another gave up on. */
  deadLetters: boolean;
}

export interface AccountView {
  account: string;
  scripts: ScriptView[];
  stores: StoreView[];
  queues: QueueView[];
}

type Cloud = NonNullable<AccountEstate["cloud"]>;

/** Scripts that are asked about at a time. */
const atOnce = 4;

/** What an account has, from its API, and whose it is, from the states. */
export async function viewAccount({ account, stacks, cloud }: AccountEstate & { cloud: Cloud }): Promise<AccountView> {
  const made = (types: readonly string[], input: string) => ownersBy(stacks, types, input);
  const scriptOwners = made(["WorkersScript"], "scriptName");
  const scripts = await inParallel(await scriptNames(cloud), atOnce, (name) => viewScript(cloud, name));
  const bound = new Set(scripts.flatMap(({ bound }) => bound));
  return {
    account,
    scripts: scripts.map(({ bound: _, ...script }) => ({ ...script, ...ownerIn(scriptOwners, script.name) })),
    stores: [
      ...(await kvNamespaces(cloud, made(["WorkersKvNamespace"], "title"), bound)),
      ...(await r2Buckets(cloud, made(["R2Bucket"], "name"), bound)),
      ...(await d1Databases(cloud, made(["D1Database"], "name"), bound)),
    ],
    queues: await queues(cloud, made(["Queue"], "queueName")),
  };
}

interface Made extends Owner {
  /** The resource's own name. */
  resource: string;
}

/** By the name that things have in the account. */
function ownersBy(stacks: AccountEstate["stacks"], types: readonly string[], input: string): Map<string, Made> {
  const owners = new Map<string, Made>();
  for (const { family, resources } of stacks) {
    for (const resource of resources.filter(({ type }) => types.includes(shortType(type)))) {
      const name = resource.inputs?.[input];
      const service = ownerOf(resource, resources) ?? resourceName(resource.urn);
      if (typeof name === "string") owners.set(name, { service, family, resource: resourceName(resource.urn) });
    }
  }
  return owners;
}

async function scriptNames({ cloudflare, accountId: account_id }: Cloud): Promise<string[]> {
  const names: string[] = [];
  for await (const { id } of cloudflare.workers.scripts.list({ account_id })) if (id !== undefined) names.push(id);
  return names.sort();
}

async function viewScript(
  { cloudflare, accountId: account_id }: Cloud,
  name: string,
): Promise<ScriptView & { bound: string[] }> {
  const { scripts } = cloudflare.workers;
  const { bindings = [] } = await scripts.scriptAndVersionSettings.get(name, { account_id });
  const { enabled, previews_enabled: previews } = await scripts.subdomain.get(name, { account_id });
  const packages = packagesIn(await mainModule(await scripts.content.get(name, { account_id })));
  return { name, workersDev: { enabled, previews }, packages, bound: bindings.flatMap(storeOf) };
}

type Binding = NonNullable<
  Awaited<ReturnType<Cloudflare["workers"]["scripts"]["scriptAndVersionSettings"]["get"]>>["bindings"]
>[number];

/** The API calls a database's id `id`, its documentation `database_id`. */
function storeOf(binding: Binding): string[] {
  if (binding.type === "kv_namespace") return [`kv/${binding.namespace_id}`];
  if (binding.type === "r2_bucket") return [`r2/${binding.bucket_name}`];
  if (binding.type !== "d1") return [];
  return [binding.database_id, "id" in binding ? binding.id : undefined].flatMap((id) => (id ? [`d1/${id}`] : []));
}

/** A script comes as a form with its main module first, or as the text of an old one. */
async function mainModule(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("multipart/")) return response.text();
  const [first] = [...(await response.formData()).values()];
  return first instanceof Blob ? first.text() : (first ?? "");
}

async function kvNamespaces(
  { cloudflare, accountId: account_id }: Cloud,
  owners: ReadonlyMap<string, Made>,
  bound: ReadonlySet<string>,
): Promise<StoreView[]> {
  const stores: StoreView[] = [];
  for await (const { id, title } of cloudflare.kv.namespaces.list({ account_id, per_page: 1_000 }))
    stores.push({ kind: "KV namespace", name: title, bound: bound.has(`kv/${id}`), ...ownerIn(owners, title) });
  return stores;
}

/** Those of the default jurisdiction. */
async function r2Buckets(
  { cloudflare, accountId: account_id }: Cloud,
  owners: ReadonlyMap<string, Made>,
  bound: ReadonlySet<string>,
): Promise<StoreView[]> {
  const stores: StoreView[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const { buckets = [] } = await cloudflare.r2.buckets.list({ account_id, per_page: 1_000, start_after: after });
    for (const { name = "" } of buckets)
      stores.push({ kind: "R2 bucket", name, bound: bound.has(`r2/${name}`), ...ownerIn(owners, name) });
    after = buckets.length === 1_000 ? buckets.at(-1)?.name : undefined;
  }
  return stores;
}

async function d1Databases(
  { cloudflare, accountId: account_id }: Cloud,
  owners: ReadonlyMap<string, Made>,
  bound: ReadonlySet<string>,
): Promise<StoreView[]> {
  const stores: StoreView[] = [];
  for await (const { uuid, name = "" } of cloudflare.d1.database.list({ account_id }))
    stores.push({ kind: "D1 database", name, bound: bound.has(`d1/${uuid}`), ...ownerIn(owners, name) });
  return stores;
}

async function queues(
  { cloudflare, accountId: account_id }: Cloud,
  owners: ReadonlyMap<string, Made>,
): Promise<QueueView[]> {
  const all: Cloudflare.Queues.Queue[] = [];
  for await (const queue of cloudflare.queues.list({ account_id })) all.push(queue);
  const consumers = all.flatMap((queue) => queue.consumers ?? []);
  const deadLetterQueues = new Set(
    consumers.map((consumer) => ("dead_letter_queue" in consumer ? consumer.dead_letter_queue : undefined)),
  );
  return all.map(({ queue_name: name = "", consumers_total_count = 0, producers_total_count = 0 }) => {
    const owner = owners.get(name);
    return {
      name,
      consumers: consumers_total_count,
      producers: producers_total_count,
      deadLetters: deadLetterQueues.has(name),
      ...ownerIn(owners, name),
      ...(owner !== undefined && { store: owner.resource.slice(owner.service.length + 1) }),
    };
  });
}

function ownerIn(owners: ReadonlyMap<string, Made>, name: string): Partial<Owner> {
  const owner = owners.get(name);
  return owner === undefined ? {} : { service: owner.service, family: owner.family };
}
