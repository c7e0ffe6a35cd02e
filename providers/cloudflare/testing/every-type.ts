import type { JsonMap } from "../../kit/value.ts";
import { sha256 } from "../script/source.ts";
import type { TypeName } from "../shapes.ts";

/** What an example may refer to: ids of the account and the zone, outputs of resources made before it, and a code file. */
export interface Surroundings {
  readonly accountId: string;
  readonly zoneId: string;
  readonly zoneName: string;
  readonly codeFile: string;
  readonly code: string;
  readonly made: (type: TypeName) => JsonMap & { readonly resourceId: string };
}

export interface Example {
  readonly type: TypeName;
  readonly inputs: (around: Surroundings) => JsonMap;
  /** A change that is made in place; none where every change replaces. */
  readonly change?: (inputs: JsonMap) => JsonMap;
  /** The import id; none where the official plugin cannot import. */
  readonly importId?: (around: Surroundings, made: JsonMap & { resourceId: string }) => string;
  /** Inputs that an import cannot find out. */
  readonly unimportable?: readonly string[];
}

type Identified = JsonMap & { resourceId: string };
const ofAccount = ({ accountId }: Surroundings, { resourceId }: Identified) => `${accountId}/${resourceId}`;
const ofZone = ({ zoneId }: Surroundings, { resourceId }: Identified) => `${zoneId}/${resourceId}`;
const scoped = ({ accountId }: Surroundings, { resourceId }: Identified) => `accounts/${accountId}/${resourceId}`;
const includes = [{ emailDomain: { domain: "chitty.cc" } }, { everyone: {} }];

/** One example of every type, in an order in which each finds what it refers to. */
export const examples: readonly Example[] = [
  {
    type: "WorkersKvNamespace",
    inputs: ({ accountId }) => ({ accountId, title: "cache" }),
    change: () => ({ title: "cache-2" }),
    importId: ofAccount,
  },
  {
    type: "WorkersKv",
    inputs: ({ accountId, made }) => ({
      accountId,
      namespaceId: made("WorkersKvNamespace").resourceId,
      keyName: "service/finance",
      value: '{"url":"u"}',
      metadata: '{"tier":3}',
    }),
    change: () => ({ value: "v2" }),
    importId: ({ accountId, made }, { keyName }) => `${accountId}/${made("WorkersKvNamespace").resourceId}/${keyName}`,
  },
  {
    type: "R2Bucket",
    inputs: ({ accountId }) => ({ accountId, name: "docs" }),
    change: () => ({ storageClass: "InfrequentAccess" }),
    importId: ({ accountId }) => `${accountId}/docs/default`,
  },
  {
    type: "R2BucketCors",
    inputs: ({ accountId }) => ({
      accountId,
      bucketName: "docs",
      rules: [{ id: "r", allowed: { methods: ["GET"], origins: ["*"] }, maxAgeSeconds: 60 }],
    }),
    change: () => ({ rules: [{ id: "r", allowed: { methods: ["GET", "PUT"], origins: ["*"] } }] }),
  },
  {
    type: "R2BucketLifecycle",
    inputs: ({ accountId }) => ({
      accountId,
      bucketName: "docs",
      rules: [
        {
          id: "old",
          enabled: true,
          conditions: { prefix: "tmp/" },
          deleteObjectsTransition: { condition: { type: "Age", maxAge: 86400 } },
        },
      ],
    }),
    change: () => ({ rules: [{ id: "old", enabled: false, conditions: { prefix: "tmp/" } }] }),
  },
  {
    type: "R2BucketLock",
    inputs: ({ accountId }) => ({
      accountId,
      bucketName: "docs",
      rules: [{ id: "keep", enabled: true, prefix: "held/", condition: { type: "Age", maxAgeSeconds: 3600 } }],
    }),
    change: () => ({ rules: [{ id: "keep", enabled: true, prefix: "", condition: { type: "Indefinite" } }] }),
  },
  {
    type: "R2CustomDomain",
    inputs: ({ accountId, zoneId, zoneName }) => ({
      accountId,
      zoneId,
      bucketName: "docs",
      domain: `docs.${zoneName}`,
      enabled: true,
    }),
    change: () => ({ enabled: false }),
  },
  {
    type: "R2ManagedDomain",
    inputs: ({ accountId }) => ({ accountId, bucketName: "docs", enabled: true }),
    change: () => ({ enabled: false }),
  },
  {
    type: "D1Database",
    inputs: ({ accountId }) => ({ accountId, name: "ledger", readReplication: { mode: "disabled" } }),
    change: () => ({ readReplication: { mode: "auto" } }),
    importId: ofAccount,
  },
  {
    type: "Queue",
    inputs: ({ accountId }) => ({ accountId, queueName: "jobs", settings: { deliveryDelay: 1 } }),
    change: () => ({ settings: { deliveryDelay: 2 } }),
    importId: ofAccount,
  },
  {
    type: "R2BucketEventNotification",
    inputs: ({ accountId, made }) => ({
      accountId,
      bucketName: "docs",
      queueId: made("Queue").resourceId,
      rules: [{ actions: ["PutObject"], prefix: "in/" }],
    }),
    change: () => ({ rules: [{ actions: ["PutObject", "CopyObject"], prefix: "in/" }] }),
  },
  {
    type: "HyperdriveConfig",
    inputs: ({ accountId }) => ({
      accountId,
      name: "db",
      caching: { disabled: true },
      origin: { scheme: "postgres", host: "db.example", port: 5432, database: "x", user: "u", password: "pw-1" },
    }),
    change: ({ origin }) => ({ origin: { ...(origin as JsonMap), password: "pw-2" } }),
    importId: ofAccount,
    unimportable: ["origin"],
  },
  {
    type: "SecretsStore",
    inputs: ({ accountId }) => ({ accountId, name: "store" }),
    importId: ofAccount,
  },
  {
    type: "SecretsStoreSecret",
    inputs: ({ accountId, made }) => ({
      accountId,
      storeId: made("SecretsStore").resourceId,
      name: "TOKEN",
      value: "value-1",
      scopes: ["workers"],
    }),
    change: () => ({ value: "value-2" }),
    importId: ({ accountId, made }, { resourceId }) => `${accountId}/${made("SecretsStore").resourceId}/${resourceId}`,
    unimportable: ["value"],
  },
  {
    type: "WorkersForPlatformsDispatchNamespace",
    inputs: ({ accountId }) => ({ accountId, name: "tenants" }),
    importId: ofAccount,
  },
  {
    type: "WorkersScript",
    inputs: ({ accountId, codeFile, code, made }) => ({
      accountId,
      scriptName: "svc",
      mainModule: "worker.mjs",
      contentFile: codeFile,
      contentSha256: sha256(code),
      compatibilityDate: "2026-01-01",
      compatibilityFlags: ["nodejs_compat"],
      observability: { enabled: true },
      placement: { mode: "smart" },
      limits: { cpuMs: 50 },
      migrations: { newTag: "v1", newSqliteClasses: ["Room"] },
      bindings: [
        { name: "CACHE", type: "kv_namespace", namespaceId: made("WorkersKvNamespace").resourceId },
        { name: "DB", type: "d1", id: made("D1Database").resourceId },
        { name: "DOCS", type: "r2_bucket", bucketName: "docs" },
        { name: "JOBS", type: "queue", queueName: "jobs" },
        { name: "MODE", type: "plain_text", text: "m1" },
        { name: "PG", type: "hyperdrive", id: made("HyperdriveConfig").resourceId },
        { name: "ROOM", type: "durable_object_namespace", className: "Room" },
        { name: "STORED", type: "secrets_store_secret", storeId: made("SecretsStore").resourceId, secretName: "TOKEN" },
        { name: "TOKEN", type: "secret_text", text: "token-1" },
      ],
    }),
    change: ({ bindings }) => ({
      bindings: (bindings as JsonMap[]).map((one) => (one.name === "TOKEN" ? { ...one, text: "token-2" } : one)),
    }),
    importId: ofAccount,
    unimportable: ["bindings", "contentFile", "contentSha256", "mainModule", "migrations"],
  },
  {
    type: "WorkersScriptSubdomain",
    inputs: ({ accountId }) => ({ accountId, scriptName: "svc", enabled: true, previewsEnabled: false }),
    change: () => ({ enabled: false }),
    importId: ({ accountId }) => `${accountId}/svc`,
  },
  {
    type: "WorkersCronTrigger",
    inputs: ({ accountId }) => ({ accountId, scriptName: "svc", schedules: [{ cron: "*/5 * * * *" }] }),
    change: () => ({ schedules: [{ cron: "*/10 * * * *" }, { cron: "0 0 * * *" }] }),
    importId: ({ accountId }) => `${accountId}/svc`,
    unimportable: ["schedules"],
  },
  {
    type: "WorkersRoute",
    inputs: ({ zoneId, zoneName }) => ({ zoneId, pattern: `api.${zoneName}/*`, script: "svc" }),
    change: ({ pattern }) => ({ pattern: `${pattern}`.replace("api", "api2") }),
    importId: ofZone,
  },
  {
    type: "WorkersCustomDomain",
    inputs: ({ accountId, zoneId, zoneName }) => ({ accountId, zoneId, hostname: `svc.${zoneName}`, service: "svc" }),
    importId: ofAccount,
  },
  {
    type: "QueueConsumer",
    inputs: ({ accountId, made }) => ({
      accountId,
      queueId: made("Queue").resourceId,
      type: "worker",
      scriptName: "svc",
      settings: { batchSize: 10, maxRetries: 3, maxWaitTimeMs: 5000 },
    }),
    change: ({ settings }) => ({ settings: { ...(settings as JsonMap), batchSize: 20 } }),
  },
  {
    type: "Workflow",
    inputs: ({ accountId }) => ({ accountId, workflowName: "flow", className: "Flow", scriptName: "svc" }),
    change: () => ({ className: "OtherFlow" }),
    importId: ({ accountId }) => `${accountId}/flow`,
  },
  {
    type: "Worker",
    inputs: ({ accountId }) => ({ accountId, name: "gradual", observability: { enabled: true } }),
    change: () => ({ logpush: true }),
    importId: ofAccount,
  },
  {
    type: "WorkerVersion",
    inputs: ({ accountId, codeFile, code, made }) => ({
      accountId,
      workerId: made("Worker").resourceId,
      mainModule: "worker.mjs",
      compatibilityDate: "2026-01-01",
      bindings: [{ name: "TOKEN", type: "secret_text", text: "token-3" }],
      modules: [
        {
          name: "worker.mjs",
          contentType: "application/javascript+module",
          contentFile: codeFile,
          contentSha256: sha256(code),
        },
      ],
    }),
    importId: ({ accountId, made }, { resourceId }) => `${accountId}/${made("Worker").resourceId}/${resourceId}`,
    unimportable: ["bindings", "modules"],
  },
  {
    type: "WorkersDeployment",
    inputs: ({ accountId, made }) => ({
      accountId,
      scriptName: "gradual",
      strategy: "percentage",
      versions: [{ percentage: 100, versionId: made("WorkerVersion").resourceId }],
    }),
    importId: ({ accountId }, { resourceId }) => `${accountId}/gradual/${resourceId}`,
  },
  {
    type: "ZoneSetting",
    inputs: ({ zoneId }) => ({ zoneId, settingId: "min_tls_version", value: "1.2" }),
    change: () => ({ value: "1.3" }),
    importId: ofZone,
  },
  {
    type: "DnsRecord",
    inputs: ({ zoneId, zoneName }) => ({
      zoneId,
      name: `x.${zoneName}`,
      type: "CNAME",
      content: "y.example",
      ttl: 1,
      proxied: true,
      comment: "first",
    }),
    change: () => ({ comment: "second" }),
    importId: ofZone,
  },
  {
    type: "Ruleset",
    inputs: ({ zoneId }) => ({
      zoneId,
      kind: "zone",
      name: "waf",
      phase: "http_request_firewall_custom",
      rules: [{ action: "block", expression: "(ip.src eq 192.0.2.1)", description: "d1", enabled: true }],
    }),
    change: () => ({
      rules: [
        { action: "block", expression: "(ip.src eq 192.0.2.1)", description: "d2", enabled: true },
        { action: "log", expression: "true", description: "all", enabled: false },
      ],
    }),
    importId: ({ zoneId }, { resourceId }) => `zones/${zoneId}/${resourceId}`,
    unimportable: ["description", "rules"],
  },
  {
    type: "Healthcheck",
    inputs: ({ zoneId, zoneName }) => ({ zoneId, name: "origin", address: `x.${zoneName}`, type: "HTTPS" }),
    change: () => ({ description: "watched" }),
    importId: ofZone,
  },
  {
    type: "ZeroTrustAccessPolicy",
    inputs: ({ accountId }) => ({ accountId, name: "staff", decision: "allow", includes }),
    change: () => ({ sessionDuration: "1h" }),
    importId: ofAccount,
  },
  {
    type: "ZeroTrustAccessApplication",
    inputs: ({ accountId, zoneName, made }) => ({
      accountId,
      name: "ops",
      type: "self_hosted",
      domain: `ops.${zoneName}`,
      sessionDuration: "12h",
      policies: [{ id: made("ZeroTrustAccessPolicy").resourceId }],
    }),
    change: () => ({ sessionDuration: "8h" }),
    importId: scoped,
    unimportable: ["policies"],
  },
  {
    type: "ZeroTrustAccessIdentityProvider",
    inputs: ({ accountId }) => ({
      accountId,
      name: "github",
      type: "github",
      config: { clientId: "c", clientSecret: "idp-secret" },
    }),
    change: () => ({ name: "github-2" }),
    importId: scoped,
    unimportable: ["config"],
  },
  {
    type: "ZeroTrustAccessServiceToken",
    inputs: ({ accountId }) => ({ accountId, name: "ci" }),
    change: () => ({ name: "ci-2" }),
    importId: scoped,
  },
  {
    type: "AccountToken",
    inputs: ({ accountId }) => ({
      accountId,
      name: "t",
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: "c8fed203ed3043cba015a93ad1616f1f" }],
          resources: JSON.stringify({ [`com.cloudflare.api.account.${accountId}`]: "*" }),
        },
      ],
    }),
    change: () => ({ name: "t-2" }),
    importId: ofAccount,
  },
  {
    type: "LogpushJob",
    inputs: ({ accountId }) => ({
      accountId,
      dataset: "workers_trace_events",
      destinationConf: "r2://docs/{DATE}?account-id=x",
      enabled: true,
      name: "trace",
    }),
    change: () => ({ enabled: false }),
    importId: scoped,
  },
  {
    type: "NotificationPolicyWebhooks",
    inputs: ({ accountId }) => ({ accountId, name: "pager", url: "https://hooks.example/x", secret: "hook-secret" }),
    change: () => ({ url: "https://hooks.example/y" }),
    importId: ofAccount,
    unimportable: ["secret"],
  },
  {
    type: "NotificationPolicy",
    inputs: ({ accountId, made }) => ({
      accountId,
      name: "logs",
      alertType: "failing_logpush_job_disabled_alert",
      enabled: true,
      mechanisms: { webhooks: [{ id: made("NotificationPolicyWebhooks").resourceId }] },
    }),
    change: () => ({ enabled: false }),
    importId: ofAccount,
  },
];
