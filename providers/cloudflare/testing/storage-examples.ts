import type { JsonMap } from "../../kit/value.ts";
import { type Example, ofAccount } from "./example.ts";

/** Stores of every kind and their settings. */
export const storageExamples: readonly Example[] = [
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
];
