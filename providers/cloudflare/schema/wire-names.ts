import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Field, Shape } from "../../kit/shape.ts";
import { snakeCase } from "../names.ts";
import type { types } from "./types.ts";

const sdk = join(dirname(createRequire(import.meta.url).resolve("cloudflare")), "resources");

/** Where the npm SDK `cloudflare` declares the API's own names for each type: files, or folders with all their files. */
const sources: Record<(typeof types)[number], readonly string[]> = {
  AccountToken: ["accounts/tokens.d.mts", "shared.d.mts"],
  D1Database: ["d1"],
  DnsRecord: ["dns/records.d.mts"],
  Healthcheck: ["healthchecks"],
  HyperdriveConfig: ["hyperdrive"],
  LogpushJob: ["logpush"],
  NotificationPolicy: ["alerting/policies.d.mts"],
  NotificationPolicyWebhooks: ["alerting/destinations"],
  Queue: ["queues"],
  QueueConsumer: ["queues"],
  R2Bucket: ["r2/buckets/buckets.d.mts"],
  R2BucketCors: ["r2/buckets/cors.d.mts"],
  R2BucketEventNotification: ["r2/buckets/event-notifications.d.mts"],
  R2BucketLifecycle: ["r2/buckets/lifecycle.d.mts"],
  R2BucketLock: ["r2/buckets/locks.d.mts"],
  R2CustomDomain: ["r2/buckets/domains"],
  R2ManagedDomain: ["r2/buckets/domains"],
  Ruleset: ["rulesets"],
  SecretsStore: ["secrets-store"],
  SecretsStoreSecret: ["secrets-store"],
  TurnstileWidget: ["turnstile"],
  Worker: ["workers/beta"],
  WorkerVersion: ["workers/beta", "workers/workers.d.mts"],
  WorkersCronTrigger: ["workers/scripts"],
  WorkersCustomDomain: ["workers/domains.d.mts"],
  WorkersDeployment: ["workers/scripts"],
  WorkersForPlatformsDispatchNamespace: ["workers-for-platforms"],
  WorkersKv: ["kv"],
  WorkersKvNamespace: ["kv"],
  WorkersRoute: ["workers/routes.d.mts"],
  WorkersScript: ["workers/scripts", "workers/workers.d.mts"],
  WorkersScriptSubdomain: ["workers/scripts"],
  Workflow: ["workflows"],
  ZeroTrustAccessApplication: ["zero-trust/access"],
  ZeroTrustAccessIdentityProvider: ["zero-trust/identity-providers"],
  ZeroTrustAccessPolicy: ["zero-trust/access"],
  ZeroTrustAccessServiceToken: ["zero-trust/access"],
  Zone: ["zones/zones.d.mts"],
  ZoneSetting: ["zones/settings.d.mts"],
};

/** Names that no rule finds. The key ends the field's path. */
const irregular: Record<string, string> = {
  "annotations.workersMessage": "workers/message",
  "annotations.workersTag": "workers/tag",
  "annotations.workersTriggeredBy": "workers/triggered_by",
  "assets.config.headers": "_headers",
  "assets.config.redirects": "_redirects",
  "filters.limits": "limit",
  "filters.products": "product",
  "filters.protocols": "protocol",
  "filters.statuses": "status",
  "outputOptions.cve202144228": "CVE-2021-44228",
  ".azureAd": "azureAD",
  ".githubOrganization": "github-organization",
  ".minTls": "minTLS",
  ".serviceAuth401Redirect": "service_auth_401_redirect",
};

/** Adds the API's name to every field where it is not simply the snake case of the Pulumi name. Reports names the SDK does not know. */
export function withWireNames(type: (typeof types)[number], shape: Shape, unresolved: string[]): Shape {
  const names = declaredNames(sources[type]);
  return named(shape, type);

  function named(members: Shape, at: string): Shape {
    return Object.fromEntries(
      Object.entries(members).map(([name, field]) => [name, one(name, field, `${at}.${name}`)]),
    );
  }

  function one(name: string, field: Field, at: string): Field {
    const wire = wireName(name, field, at);
    return { ...inner(field, at), ...(wire === snakeCase(name) ? {} : { wire }) };
  }

  function inner(field: Field, at: string): Field {
    const items = field.items && inner(field.items, `${at}[]`);
    const fields = field.fields && named(field.fields, at);
    return { ...field, ...(items ? { items } : {}), ...(fields ? { fields } : {}) };
  }

  function wireName(name: string, field: Field, at: string): string {
    const snake = snakeCase(name);
    const exception = Object.keys(irregular).find((ending) => at.endsWith(ending));
    if (exception !== undefined) return irregular[exception] ?? snake;
    const candidates = field.type === "list" ? [snake, ...singulars(snake), name, ...singulars(name)] : [snake, name];
    const found = candidates.find((candidate) => names.has(candidate));
    if (found === undefined) unresolved.push(at);
    return found ?? snake;
  }
}

function singulars(name: string): string[] {
  const forms = [name.replace(/ies$/, "y"), name.replace(/(s|x|z|ch|sh)es$/, "$1"), name.replace(/s$/, "")];
  return [...new Set(forms)].filter((form) => form !== name);
}

function declaredNames(paths: readonly string[]): Set<string> {
  const texts = paths.flatMap((path) => declarations(join(sdk, path)));
  const pattern = /^\s*(?:readonly )?'?([A-Za-z_][\w.]*)'?\??:/gm;
  return new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name]) => name ?? "")));
}

function declarations(path: string): string[] {
  if (path.endsWith(".d.mts")) return [readFileSync(path, "utf8")];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".d.mts"))
    .map((file) => readFileSync(join(path, file), "utf8"));
}
