import { criminalJustice } from "../../../catalog/data-classes.ts";
import type { Node } from "../../kit/graph.ts";
import { accountId, bucket, database, script } from "./parts.ts";
import { StackBuilder } from "./stack-builder.ts";

const two = ["traffic-court", "probate-court"];

/** Courts' apps with criminal justice information, as Cook County's stack makes them. */
export function courtStack({ preview, courts = two }: { preview: boolean; courts?: readonly string[] }): Node[] {
  const build = new StackBuilder({ preview });
  const about = { tenant: "shared", app: "cook-county", environment: "prod" };
  const identity = build.component("GovernmentIdentity", "identity", { ...about, dataClass: criminalJustice });
  const provider = build.resource(
    "ZeroTrustAccessIdentityProvider",
    "identity-provider",
    identity,
    { accountId, name: "login.gov", type: "oidc", config: { clientId: "courts" } },
    { secrets: ["config"] },
  );
  const tail = build.component("TailForwarder", "tail", { ...about, dataClass: "legal" });
  const forwarder = script(build, "tail", tail, { bindings: [{ name: "LIMIT", type: "ratelimit" }] });
  for (const id of courts) court(build, id, { provider, forwarder });
  return build.nodes;
}

function court(build: StackBuilder, id: string, { provider, forwarder }: { provider: Node; forwarder: Node }): void {
  const about = { tenant: id, app: id, environment: "prod", dataClass: criminalJustice };
  const host = `${id}.cook-county.example`;
  access(build, id, { about, host, provider });
  const vault = build.component("RecordsVault", `${id}-records`, {
    ...about,
    retentionDays: 2557,
    logRetentionDays: 400,
    backupRetentionDays: 2557,
    backupBucket: `${id}-backup`,
  });
  const documents = bucket(build, `${id}-documents`, vault, { days: 2557 });
  const logs = bucket(build, `${id}-logs`, vault, { days: 400 });
  bucket(build, `${id}-backup`, vault, { days: 2557, location: "wnam" });
  const queue = (part: string) =>
    build.resource("Queue", `${id}-${part}`, vault, { accountId, queueName: `${id}-${part}`, jurisdiction: "us" });
  const events = queue("events");
  const deadLetters = queue("dead-letters");
  pushLogs(build, id, vault, logs);
  build.resource("R2ManagedDomain", `${id}-managed`, vault, {
    accountId,
    bucketName: build.input(documents, "name"),
    enabled: false,
  });
  build.resource("R2CustomDomain", `${id}-public`, vault, {
    accountId,
    bucketName: build.input(documents, "name"),
    domain: `files.${host}`,
    enabled: true,
    minTls: "1.2",
  });

  const app = build.component("LiteChild", id, about);
  const key = build.resource("RandomPassword", `${id}-root-key`, app, { length: 64, special: false });
  const cache = build.resource("WorkersKvNamespace", `${id}-cache`, app, {
    accountId,
    title: `${id}-cache`,
    jurisdiction: "us",
  });
  const index = build.resource(
    "D1Database",
    `${id}-index`,
    app,
    { accountId, name: `${id}-index`, jurisdiction: "fedramp" },
    { protect: true },
  );
  const hyperdrive = database(build, id, app);
  const first = build.resource("WorkersScript", `${id}-migration-v1`, app, {
    accountId,
    scriptName: `${id}-script`,
    tailConsumers: [{ service: build.input(forwarder, "scriptName") }],
    bindings: [{ name: "LIMIT", type: "ratelimit" }],
    limits: { cpuMs: 100, subrequests: 50 },
  });
  const options = { protect: false, ignoreChanges: ["observability"], aliases: [], additionalSecretOutputs: [] };
  build.nodes.splice(build.nodes.indexOf(first), 1, { ...first, options });
  const main = script(
    build,
    id,
    app,
    {
      logpush: true,
      annotations: { workersMessage: "after v1", workersTag: build.input(first, "scriptName") },
      bindings: [
        { name: "CACHE", type: "kv_namespace", namespaceId: build.output(cache, "id") },
        { name: "DB", type: "hyperdrive", id: build.output(hyperdrive, "id") },
        { name: "DOCUMENTS", type: "r2_bucket", bucketName: build.input(documents, "name"), jurisdiction: "fedramp" },
        { name: "EVENTS", type: "queue", queueName: build.input(events, "queueName") },
        { name: "INDEX", type: "d1", id: build.output(index, "id") },
        { name: "LIMIT", type: "ratelimit" },
        { name: "ROOT_KEY", type: "secret_text", text: build.output(key, "result") },
        { name: "TITLE", type: "plain_text", text: "Filings" },
      ],
    },
    { tail: forwarder, host },
  );
  build.resource("QueueConsumer", `${id}-consumer`, app, {
    accountId,
    queueId: build.output(events, "queueId"),
    scriptName: build.input(main, "scriptName"),
    deadLetterQueue: build.input(deadLetters, "queueName"),
  });
  build.resource("RegionalHostname", `${id}-regional`, app, { hostname: host, regionKey: "us" });
  build.resource("Command", `${id}-health`, app, {
    create: "node ../../components/dist/health-gate.mjs",
    stdin: JSON.stringify({ service: id, url: `https://${host}/health` }),
  });
}

function access(
  build: StackBuilder,
  id: string,
  { about, host, provider }: { about: Record<string, string>; host: string; provider: Node },
): void {
  const home = build.component("CourtAccess", `${id}-access`, about);
  const mfaConfig = { mfaDisabled: false, allowedAuthenticators: ["security_key"], sessionDuration: "8h" };
  const people = build.resource("ZeroTrustAccessPolicy", `${id}-people`, home, {
    accountId,
    name: `People of ${host}`,
    decision: "allow",
    includes: [{ loginMethod: { id: build.output(provider, "id") } }],
    requires: [{ oidc: { claimName: "acr", claimValue: "ial2" } }],
    mfaConfig,
    sessionDuration: "8h",
  });
  const token = build.resource(
    "ZeroTrustAccessServiceToken",
    `${id}-health-token`,
    home,
    { accountId, name: `Health check of ${host}` },
    { secrets: ["clientSecret"] },
  );
  const health = build.resource("ZeroTrustAccessPolicy", `${id}-health-check`, home, {
    accountId,
    name: `Health check of ${host}`,
    decision: "non_identity",
    includes: [{ serviceToken: { tokenId: build.output(token, "id") } }],
    sessionDuration: "1h",
  });
  build.resource("ZeroTrustAccessApplication", `${id}-application`, home, {
    accountId,
    domain: host,
    type: "self_hosted",
    mfaConfig,
    sessionDuration: "8h",
    policies: [
      { id: build.output(people, "id"), precedence: 1 },
      { id: build.output(health, "id"), precedence: 2 },
    ],
  });
}

function pushLogs(build: StackBuilder, id: string, vault: Node, logs: Node): void {
  const bucketName = String(logs.props.name);
  const token = build.resource(
    "AccountToken",
    `${id}-log-writer`,
    vault,
    {
      accountId,
      name: `Logs of ${id}`,
      expiresOn: "2027-11-01T00:00:00Z",
      condition: { requestIp: { ins: ["192.0.2.0/24"] } },
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: "write" }],
          resources: JSON.stringify({ [`com.cloudflare.edge.r2.bucket.${accountId}_fedramp_${bucketName}`]: "*" }),
        },
      ],
    },
    { secrets: ["value"], dependencies: [logs.urn] },
  );
  for (const dataset of ["workers_trace_events", "access_requests", "audit_logs"])
    build.resource(
      "LogpushJob",
      `${id}-${dataset}`,
      vault,
      { accountId, dataset, enabled: true, destinationConf: `r2://${bucketName}/${dataset}/{DATE}?access-key-id=key` },
      {
        secrets: ["destinationConf"],
        propertyDependencies: { destinationConf: [logs.urn, token.urn] },
        dependencies: [logs.urn, token.urn],
      },
    );
  build.resource("NotificationPolicy", `${id}-logs-stopped`, vault, {
    accountId,
    alertType: "failing_logpush_job_disabled_alert",
    enabled: true,
    mechanisms: { emails: [{ id: "operations@cook-county.example" }] },
  });
}
