import type { Node } from "../../kit/graph.ts";
import { accountId, database, script, zone } from "./parts.ts";
import { StackBuilder } from "./stack-builder.ts";

/** A service of core with its stores, the tail consumer of the environment, and the zone. */
export function coreStack({ preview }: { preview: boolean }): Node[] {
  const build = new StackBuilder({ preview });
  zone(build, "b".repeat(32));
  const about = (name: string) => ({ name, environment: "prod", family: "chittyos", dataClass: "financial" });
  const track = build.component("ChittyService", "track", { ...about("track"), bindingNames: [] });
  const tail = script(build, "track", track, { bindings: [] }, { host: "track.example" });
  const names = ["CACHE", "DB", "JOBS", "KEY", "TRACK"];
  const finance = build.component("ChittyService", "finance", { ...about("finance"), bindingNames: names });
  const cache = build.resource("WorkersKvNamespace", "finance-cache", finance, { accountId, title: "finance-cache" });
  const queue = (name: string) => build.resource("Queue", name, finance, { accountId, queueName: name });
  const jobs = queue("finance-jobs");
  const dead = queue("finance-dead");
  const hyperdrive = database(build, "finance", finance);
  const secret = build.resource("RandomPassword", "finance-key", finance, { length: 48 });
  const main = script(
    build,
    "finance",
    finance,
    {
      bindings: [
        { name: "CACHE", type: "kv_namespace", namespaceId: build.output(cache, "id") },
        { name: "DB", type: "hyperdrive", id: build.output(hyperdrive, "id") },
        { name: "JOBS", type: "queue", queueName: build.input(jobs, "queueName") },
        { name: "KEY", type: "secret_text", text: build.output(secret, "result") },
        { name: "MODE", type: "plain_text", text: "live" },
        { name: "TRACK", type: "service", service: build.input(tail, "scriptName") },
      ],
    },
    { tail, host: "finance.example" },
  );
  build.resource("QueueConsumer", "finance-consumer", finance, {
    accountId,
    queueId: build.output(jobs, "queueId"),
    scriptName: build.input(main, "scriptName"),
    deadLetterQueue: build.input(dead, "queueName"),
  });
  build.resource("WorkersRoute", "finance-route", finance, {
    pattern: "api.example/finance/*",
    script: build.input(main, "scriptName"),
  });
  return build.nodes;
}

/** A consumer's app. */
export function appStack({ preview }: { preview: boolean }): Node[] {
  const build = new StackBuilder({ preview });
  const about = { app: "chitty-apps", environment: "prod", dataClass: "personal" };
  const tail = build.component("TailForwarder", "tail", { ...about, tenant: "shared" });
  const forwarder = script(build, "tail", tail, { bindings: [{ name: "LIMIT", type: "ratelimit" }] });
  const app = build.component("LiteChild", "habits", { ...about, tenant: "habits" });
  const bindings = [{ name: "LIMIT", type: "ratelimit" }];
  script(build, "habits", app, { bindings }, { tail: forwarder, host: "habits.example" });
  return build.nodes;
}

/** Two tenants beside each other, and what is shared, as Digital Dossier has them. */
export function dossierStack({ preview }: { preview: boolean }): Node[] {
  const build = new StackBuilder({ preview });
  zone(build, "c".repeat(32));
  const about = { app: "digital-dossier", environment: "prod", dataClass: "legal" };
  const core = build.component("CoreOutputs", "core", { ...about, tenant: "shared" });
  build.resource("StackReference", "contract", core, { name: "organization/chittyops-contract/prod-dossier" });
  const tail = build.component("TailForwarder", "tail", { ...about, tenant: "shared" });
  const forwarder = script(build, "tail", tail, { bindings: [{ name: "LIMIT", type: "ratelimit" }] });
  for (const id of ["acme", "acme2"]) tenant(build, id, { about, forwarder });
  return build.nodes;
}

function tenant(
  build: StackBuilder,
  id: string,
  { about, forwarder }: { about: Record<string, string>; forwarder: Node },
): void {
  const host = `${id}.dossier.example`;
  const home = build.component("Tenant", id, { ...about, tenant: id, backupBucket: `${id}-backup` });
  const bucketOf = (part: string) =>
    build.resource("R2Bucket", `${id}-${part}`, home, { accountId, name: `${id}-${part}` }, { protect: true });
  const files = bucketOf("files");
  const logs = bucketOf("logs");
  bucketOf("backup");
  const queue = (part: string) =>
    build.resource("Queue", `${id}-${part}`, home, { accountId, queueName: `${id}-${part}` });
  const events = queue("events");
  const dead = queue("dead-letters");
  const hyperdrive = database(build, id, home);
  const key = build.resource("RandomPassword", `${id}-key`, home, { length: 64 });
  const main = script(
    build,
    id,
    home,
    {
      bindings: [
        { name: "DB", type: "hyperdrive", id: build.output(hyperdrive, "id") },
        { name: "EVENTS", type: "queue", queueName: build.input(events, "queueName") },
        { name: "FILES", type: "r2_bucket", bucketName: build.input(files, "name") },
        { name: "KEY", type: "secret_text", text: build.output(key, "result") },
        { name: "LIMIT", type: "ratelimit" },
      ],
    },
    { tail: forwarder, host },
  );
  build.resource("QueueConsumer", `${id}-consumer`, home, {
    accountId,
    queueId: build.output(events, "queueId"),
    scriptName: build.input(main, "scriptName"),
    deadLetterQueue: build.input(dead, "queueName"),
  });
  const people = build.resource("ZeroTrustAccessPolicy", `${id}-people`, home, {
    accountId,
    decision: "allow",
    includes: [{ group: { id: `group of ${id}` } }],
  });
  build.resource("ZeroTrustAccessApplication", `${id}-application`, home, {
    accountId,
    // The address of the custom domain, which this tenant has.
    domain: host,
    policies: [{ id: build.output(people, "id") }],
  });
  const bucketName = String(logs.props.name);
  build.resource(
    "AccountToken",
    `${id}-log-writer`,
    home,
    {
      accountId,
      policies: [
        {
          effect: "allow",
          resources: JSON.stringify({ [`com.cloudflare.edge.r2.bucket.${accountId}_default_${bucketName}`]: "*" }),
        },
      ],
    },
    { dependencies: [logs.urn] },
  );
  build.resource("LogpushJob", `${id}-trace`, home, {
    accountId,
    dataset: "workers_trace_events",
    enabled: true,
    destinationConf: `r2://${bucketName}/trace/{DATE}`,
  });
}
