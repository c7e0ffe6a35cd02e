import type { WorkerSpec } from "./schema/hosting.ts";

/** What a service gets that does not say otherwise. The day is pinned: a new one is a decision, not a side effect. */
export const workerDefaults = {
  compatibilityDate: "2026-11-01",
  compatibilityFlags: ["nodejs_compat"],
  placement: "off",
  observability: { enabled: true, headSamplingRate: 1 },
  migrations: [],
  tailConsumers: ["chittytrack"],
} as const satisfies WorkerSpec;

/** The convention of ChittyOS: `GET /health` answers `{"status":"ok"}`. */
export const healthDefaults = { path: "/health", expect: "ok" } as const;

/** Of a generated secret, in characters. */
export const secretLength = 48;

/** Cloudflare's own defaults, written out so that the cloud decides nothing. */
export const consumerDefaults = { maxBatchSize: 10, maxBatchTimeout: 5, maxRetries: 3, retryDelay: 0 } as const;
