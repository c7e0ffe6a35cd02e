import type { JsonMap } from "../../kit/value.ts";
import { sha256 } from "../script/source.ts";
import { type Example, ofAccount, ofZone } from "./example.ts";

/** Workers, what leads to them and what they run beside; they bind the stores. */
export const workersExamples: readonly Example[] = [
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
];
