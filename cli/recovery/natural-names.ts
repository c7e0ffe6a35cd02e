import {
  account,
  accountOrZone,
  type Inputs,
  type NaturalName,
  naturalName,
  text,
  unlessMissing,
  zone,
} from "./natural-name.ts";
import { neonCreatedByPost } from "./neon-names.ts";

const byName = (item: { name?: string | null }, inputs: Inputs) => item.name === text(inputs, "name");
const named = (inputs: Inputs) => text(inputs, "name");

/** Resource types whose creation is a POST: sent twice it fails or makes two, so an interrupted one has to be looked for first. */
export const createdByPost: Readonly<Record<string, NaturalName>> = {
  ...neonCreatedByPost,
  "cloudflare:index/worker:Worker": naturalName({
    kind: "Worker",
    name: named,
    list: (cloud, inputs) => cloud.workers.beta.workers.list(account(inputs)),
    is: byName,
    id: (item) => item.id,
    createdAt: (item) => item.created_on,
  }),
  "cloudflare:index/workersKvNamespace:WorkersKvNamespace": naturalName({
    kind: "KV namespace",
    name: (inputs) => text(inputs, "title"),
    list: (cloud, inputs) => cloud.kv.namespaces.list(account(inputs)),
    is: (item, inputs) => item.title === text(inputs, "title"),
    id: (item) => item.id,
  }),
  "cloudflare:index/r2Bucket:R2Bucket": naturalName({
    kind: "R2 bucket",
    name: named,
    list: async (cloud, inputs) => {
      const wanted = { ...account(inputs), name_contains: text(inputs, "name"), per_page: 1000 };
      // A bucket of a jurisdiction is in the list of that jurisdiction only.
      const { jurisdiction } = inputs;
      const headers = typeof jurisdiction === "string" ? { "cf-r2-jurisdiction": jurisdiction } : {};
      return (await cloud.r2.buckets.list(wanted, { headers })).buckets ?? [];
    },
    is: byName,
    id: (item) => item.name,
    createdAt: (item) => item.creation_date,
  }),
  "cloudflare:index/d1Database:D1Database": naturalName({
    kind: "D1 database",
    name: named,
    list: (cloud, inputs) => cloud.d1.database.list({ ...account(inputs), name: text(inputs, "name") }),
    is: byName,
    id: (item) => item.uuid,
    createdAt: (item) => item.created_at,
  }),
  "cloudflare:index/queue:Queue": naturalName({
    kind: "queue",
    name: (inputs) => text(inputs, "queueName"),
    list: (cloud, inputs) => cloud.queues.list(account(inputs)),
    is: (item, inputs) => item.queue_name === text(inputs, "queueName"),
    id: (item) => item.queue_id,
    createdAt: (item) => item.created_on,
  }),
  "cloudflare:index/queueConsumer:QueueConsumer": naturalName({
    kind: "queue consumer",
    name: (inputs) => `${text(inputs, "scriptName")} of ${text(inputs, "queueId")}`,
    list: (cloud, inputs) => unlessMissing(cloud.queues.consumers.list(text(inputs, "queueId"), account(inputs))),
    // The API takes `script_name` and has been seen to answer `script`.
    is: (item, inputs) =>
      item.type === text(inputs, "type") && [undefined, text(inputs, "scriptName")].includes(scriptOfConsumer(item)),
    id: (item) => item.consumer_id,
    createdAt: (item) => item.created_on,
    outputs: (item) => ({ consumerId: item.consumer_id }),
  }),
  "cloudflare:index/hyperdriveConfig:HyperdriveConfig": naturalName({
    kind: "Hyperdrive configuration",
    name: named,
    list: (cloud, inputs) => cloud.hyperdrive.configs.list(account(inputs)),
    is: byName,
    id: (item) => item.id,
    createdAt: (item) => item.created_on,
  }),
  "cloudflare:index/workersRoute:WorkersRoute": naturalName({
    kind: "route",
    name: (inputs) => text(inputs, "pattern"),
    list: (cloud, inputs) => cloud.workers.routes.list(zone(inputs)),
    is: (item, inputs) => item.pattern === text(inputs, "pattern"),
    id: (item) => item.id,
  }),
  "cloudflare:index/workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace": naturalName({
    kind: "dispatch namespace",
    name: named,
    list: (cloud, inputs) => cloud.workersForPlatforms.dispatch.namespaces.list(account(inputs)),
    is: (item, inputs) => item.namespace_name === text(inputs, "name"),
    id: (item) => item.namespace_name,
    createdAt: (item) => item.created_on,
  }),
  "cloudflare:index/secretsStore:SecretsStore": naturalName({
    kind: "Secrets Store",
    name: named,
    list: (cloud, inputs) => cloud.secretsStore.stores.list(account(inputs)),
    is: byName,
    id: (item) => item.id,
    createdAt: (item) => item.created,
  }),
  "cloudflare:index/secretsStoreSecret:SecretsStoreSecret": naturalName({
    kind: "Secrets Store secret",
    name: named,
    list: (cloud, inputs) =>
      unlessMissing(cloud.secretsStore.stores.secrets.list(text(inputs, "storeId"), account(inputs))),
    is: byName,
    id: (item) => item.id,
    createdAt: (item) => item.created,
  }),
  "cloudflare:index/dnsRecord:DnsRecord": naturalName({
    kind: "DNS record",
    name: (inputs) => `${text(inputs, "name")} ${text(inputs, "type")}`,
    list: (cloud, inputs) => cloud.dns.records.list({ ...zone(inputs), name: { exact: text(inputs, "name") } }),
    is: (item, inputs) =>
      item.name === text(inputs, "name") &&
      item.type === text(inputs, "type") &&
      ("content" in item ? item.content : undefined) === inputs.content,
    id: (item) => item.id,
    createdAt: (item) => item.created_on,
  }),
  "cloudflare:index/ruleset:Ruleset": naturalName({
    kind: "ruleset",
    name: (inputs) => `${text(inputs, "phase")} (${text(inputs, "kind")})`,
    list: (cloud, inputs) => cloud.rulesets.list(accountOrZone(inputs)),
    // A zone or account has one entry point ruleset per phase; custom ones go by their name.
    is: (item, inputs) =>
      item.phase === text(inputs, "phase") &&
      item.kind === text(inputs, "kind") &&
      (item.kind !== "custom" || item.name === text(inputs, "name")),
    id: (item) => item.id,
  }),
  "cloudflare:index/zeroTrustAccessIdentityProvider:ZeroTrustAccessIdentityProvider": naturalName({
    kind: "Access identity provider",
    name: named,
    unique: false,
    list: (cloud, inputs) => cloud.zeroTrust.identityProviders.list(accountOrZone(inputs)),
    is: (item, inputs) => item.name === text(inputs, "name") && item.type === text(inputs, "type"),
    id: (item) => item.id,
    remove: (cloud, inputs, id) => cloud.zeroTrust.identityProviders.delete(id, accountOrZone(inputs)),
  }),
  "cloudflare:index/zeroTrustAccessApplication:ZeroTrustAccessApplication": naturalName({
    kind: "Access application",
    name: (inputs) => `${text(inputs, "name")} (${text(inputs, "domain")})`,
    unique: false,
    list: (cloud, inputs) => cloud.zeroTrust.access.applications.list(accountOrZone(inputs)),
    is: (item, inputs) =>
      item.name === text(inputs, "name") && ("domain" in item ? item.domain : undefined) === inputs.domain,
    id: (item) => item.id,
    createdAt: createdAtOf,
    remove: (cloud, inputs, id) => cloud.zeroTrust.access.applications.delete(id, accountOrZone(inputs)),
  }),
  "cloudflare:index/zeroTrustAccessPolicy:ZeroTrustAccessPolicy": naturalName({
    kind: "Access policy",
    name: named,
    unique: false,
    list: (cloud, inputs) => cloud.zeroTrust.access.policies.list(account(inputs)),
    is: byName,
    id: (item) => item.id,
    createdAt: (item) => item.created_at,
    remove: (cloud, inputs, id) => cloud.zeroTrust.access.policies.delete(id, account(inputs)),
  }),
  "cloudflare:index/zeroTrustAccessServiceToken:ZeroTrustAccessServiceToken": naturalName({
    kind: "Access service token",
    name: named,
    unique: false,
    recreate: true,
    list: (cloud, inputs) => cloud.zeroTrust.access.serviceTokens.list(accountOrZone(inputs)),
    is: byName,
    id: (item) => item.id,
    createdAt: createdAtOf,
    remove: (cloud, inputs, id) => cloud.zeroTrust.access.serviceTokens.delete(id, accountOrZone(inputs)),
  }),
  "cloudflare:index/notificationPolicy:NotificationPolicy": naturalName({
    kind: "notification policy",
    name: named,
    unique: false,
    list: (cloud, inputs) => cloud.alerting.policies.list(account(inputs)),
    is: (item, inputs) => byName(item, inputs) && item.alert_type === text(inputs, "alertType"),
    id: (item) => item.id,
    createdAt: (item) => item.created,
    remove: (cloud, inputs, id) => cloud.alerting.policies.delete(id, account(inputs)),
  }),
  "cloudflare:index/notificationPolicyWebhooks:NotificationPolicyWebhooks": naturalName({
    kind: "notification webhook",
    name: named,
    unique: false,
    list: (cloud, inputs) => cloud.alerting.destinations.webhooks.list(account(inputs)),
    is: byName,
    id: (item) => item.id,
    createdAt: (item) => item.created_at,
    remove: (cloud, inputs, id) => cloud.alerting.destinations.webhooks.delete(id, account(inputs)),
  }),
  "cloudflare:index/logpushJob:LogpushJob": naturalName({
    kind: "Logpush job",
    name: (inputs) => `${text(inputs, "name")} (${text(inputs, "dataset")})`,
    unique: false,
    list: (cloud, inputs) => cloud.logpush.jobs.list(accountOrZone(inputs)),
    is: (item, inputs) => item?.name === text(inputs, "name") && item.dataset === text(inputs, "dataset"),
    id: (item) => item?.id,
    remove: (cloud, inputs, id) => cloud.logpush.jobs.delete(Number(id), accountOrZone(inputs)),
  }),
  "cloudflare:index/accountToken:AccountToken": naturalName({
    kind: "account token",
    name: named,
    unique: false,
    recreate: true,
    list: (cloud, inputs) => cloud.accounts.tokens.list(account(inputs)),
    is: byName,
    id: (item) => item.id,
    createdAt: (item) => item.issued_on,
    remove: (cloud, inputs, id) => cloud.accounts.tokens.delete(id, account(inputs)),
  }),
  // An upload is a PUT, but one with Durable Object migrations is refused the second time: once the tag has advanced, it was applied.
  "cloudflare:index/workersScript:WorkersScript": naturalName({
    kind: "script",
    name: (inputs) => text(inputs, "scriptName"),
    list: (cloud, inputs) => cloud.workers.scripts.list(account(inputs)),
    is: (item, inputs) =>
      item.id === text(inputs, "scriptName") &&
      migrationTag(inputs) !== "" &&
      item.migration_tag === migrationTag(inputs),
    id: (item) => item.id,
    createdAt: (item) => item.created_on,
  }),
};

/** Resource types whose creation sets something under a name we choose: done twice it changes nothing, so an interrupted one is simply done again. */
export const createdByPut: ReadonlySet<string> = new Set([
  "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain",
  "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
  "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
  "cloudflare:index/workersKv:WorkersKv",
  "cloudflare:index/workflow:Workflow",
  "cloudflare:index/zoneSetting:ZoneSetting",
  "cloudflare:index/r2BucketCors:R2BucketCors",
  "cloudflare:index/r2BucketLifecycle:R2BucketLifecycle",
  "cloudflare:index/r2BucketLock:R2BucketLock",
  "cloudflare:index/r2BucketEventNotification:R2BucketEventNotification",
  "neon:index:Migrations",
  "neon:index:RuntimeRole",
  "neon:index:SnapshotSchedule",
]);

function scriptOfConsumer(item: object): string | undefined {
  const script = "script_name" in item ? item.script_name : "script" in item ? item.script : undefined;
  return typeof script === "string" ? script : undefined;
}

function createdAtOf(item: object): string | undefined {
  return "created_at" in item && typeof item.created_at === "string" ? item.created_at : undefined;
}

function migrationTag(inputs: Inputs): string {
  const migrations = inputs.migrations;
  return typeof migrations === "object" &&
    migrations !== null &&
    "newTag" in migrations &&
    typeof migrations.newTag === "string"
    ? migrations.newTag
    : "";
}
