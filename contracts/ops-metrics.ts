import { z } from "zod";

const minute = 60_000;
const hour = 60 * minute;

/** How far metrics look back, in milliseconds. */
export const metricsWindows = { "1h": hour, "24h": 24 * hour, "7d": 7 * 24 * hour, "30d": 30 * 24 * hour } as const;
export const metricsWindow = z.enum(["1h", "24h", "7d", "30d"]);
export type MetricsWindow = z.infer<typeof metricsWindow>;

/** Milliseconds, each at most a tenth too high; absent where nothing was measured. */
const percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).optional();

const usageSummary = z.object({
  /** HTTP requests to the Worker. */
  requests: z.int(),
  /** Everything else that ran it: crons, queues, alarms, calls of its objects. */
  otherInvocations: z.int(),
  /** Invocations of any kind that threw or went over a limit, and answers of 500 and above. */
  errors: z.int(),
  /** Of all invocations, 0 to 1. */
  errorRate: z.number(),
  /** Wall time of requests. */
  latency: percentiles,
  /** CPU time of invocations. */
  cpu: percentiles,
  cpuMilliseconds: z.number(),
  /** US dollars by list price (contracts/cloudflare-prices.ts), before what the account's plan includes. Storage and egress are not in it. */
  dollars: z.number(),
});
export type UsageSummary = z.infer<typeof usageSummary>;

const serviceUsage = usageSummary.extend({
  service: z.string(),
  script: z.string(),
  /** Absent: nobody registered a service with this script. */
  family: z.string().optional(),
  lastSeen: z.iso.datetime().optional(),
});
export type ServiceUsage = z.infer<typeof serviceUsage>;

export const metricsPage = z.object({
  window: metricsWindow,
  at: z.iso.datetime(),
  services: z.array(serviceUsage),
  /** `after` of the next page; absent: this is the last. */
  next: z.string().optional(),
});

export const serviceMetrics = z.object({
  window: metricsWindow,
  at: z.iso.datetime(),
  total: serviceUsage,
  /** The window in steps, each with the time it begins at; steps in which nothing ran are left out. */
  stepMilliseconds: z.int(),
  steps: z.array(usageSummary.extend({ from: z.iso.datetime() })),
});
export type ServiceMetrics = z.infer<typeof serviceMetrics>;

const findingKinds = ["limits", "placement", "caching", "errors", "unused"] as const;
/** What only the account tells; `chittyops scan` reports it. */
const accountKinds = ["unused-store", "orphan-queue"] as const;
/** Something that measuring a service found, or looking through an account, and how the catalog would say it differently. */
const resourceFinding = z.object({
  /** Of a store or queue that no service has: `account <name>`. */
  service: z.string(),
  family: z.string().optional(),
  kind: z.enum([...findingKinds, ...accountKinds]),
  /** What was measured or seen. */
  found: z.string(),
  /** What to do about it. */
  remedy: z.string(),
  /** Fields of the service's entry in the catalog; absent where it is no matter of the catalog. */
  change: z.record(z.string(), z.unknown()).optional(),
});
export type ResourceFinding = z.infer<typeof resourceFinding>;

export const accountFinding = z.strictObject({
  service: z.string().min(1).max(255),
  family: z.string().min(1).max(40).optional(),
  kind: z.enum(accountKinds),
  found: z.string().min(1).max(500),
  remedy: z.string().min(1).max(500),
  change: z.record(z.string(), z.unknown()).optional(),
});
export type AccountFinding = z.output<typeof accountFinding>;
export const findingsPage = z.object({ findings: z.array(resourceFinding), next: z.string().optional() });

/** What a service may cost in a calendar month (UTC), by list price. */
export const budgetInput = z.strictObject({ dollarsPerMonth: z.number().positive().max(1_000_000) });
export const budget = z.object({
  service: z.string(),
  family: z.string().optional(),
  dollarsPerMonth: z.number(),
  /** Since the month began. */
  spent: z.number(),
});
export type Budget = z.infer<typeof budget>;
