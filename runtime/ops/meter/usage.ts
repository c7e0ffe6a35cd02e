import { cloudflarePrices } from "../../../contracts/cloudflare-prices.ts";
import type { UsageSummary } from "../../../contracts/ops-metrics.ts";
import { addHistogram, type Histogram, quantile } from "./histogram.ts";

/** What a Worker did in a span of time. */
export interface Usage {
  requests: number;
  /** Of the requests, those with the method GET. */
  reads: number;
  other: number;
  errors: number;
  /** Of the errors, invocations that went over the limit of CPU time, and over that of memory. */
  overCpu: number;
  overMemory: number;
  cpuMilliseconds: number;
  objectRequests: number;
  /** Wall time of calls of objects, in milliseconds. */
  objectMilliseconds: number;
  latency: Histogram;
  cpu: Histogram;
  /** The paths that were read most often, as far as they could be counted: those of many are left out. */
  paths: Record<string, number>;
}

/** Paths that are counted for one Worker and span at a time. */
const countedPaths = 12;

export function noUsage(): Usage {
  const numbers = { requests: 0, reads: 0, other: 0, errors: 0, overCpu: 0, overMemory: 0 };
  return { ...numbers, cpuMilliseconds: 0, objectRequests: 0, objectMilliseconds: 0, latency: {}, cpu: {}, paths: {} };
}

export function addUsage(to: Usage, from: Usage): void {
  to.requests += from.requests;
  to.reads += from.reads;
  to.other += from.other;
  to.errors += from.errors;
  to.overCpu += from.overCpu;
  to.overMemory += from.overMemory;
  to.cpuMilliseconds += from.cpuMilliseconds;
  to.objectRequests += from.objectRequests;
  to.objectMilliseconds += from.objectMilliseconds;
  addHistogram(to.latency, from.latency);
  addHistogram(to.cpu, from.cpu);
  for (const [path, times] of Object.entries(from.paths)) countPath(to.paths, path, times);
}

/**
 * Counts in bounded room (Misra and Gries): what makes more than a thirteenth of all is in it for certain, and counts are too low rather
 * than too high.
 */
export function countPath(paths: Record<string, number>, path: string, times = 1): void {
  paths[path] = (paths[path] ?? 0) + times;
  if (Object.keys(paths).length <= countedPaths) return;
  const least = Math.min(...Object.values(paths));
  for (const [each, seen] of Object.entries(paths)) {
    if (seen > least) paths[each] = seen - least;
    else delete paths[each];
  }
}

export function summaryOf(usage: Usage): UsageSummary {
  const { requests, other, errors, cpuMilliseconds, latency, cpu } = usage;
  const invocations = requests + other;
  return {
    requests,
    otherInvocations: other,
    errors,
    errorRate: invocations === 0 ? 0 : errors / invocations,
    latency: percentiles(latency),
    cpu: percentiles(cpu),
    cpuMilliseconds,
    dollars: dollarsOf(usage),
  };
}

function percentiles(histogram: Histogram): UsageSummary["latency"] {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(histogram, share));
  return p50 === undefined || p95 === undefined || p99 === undefined ? undefined : { p50, p95, p99 };
}

/** By list price, before what a plan includes. A request through a service binding is charged as any other: it cannot be told from one here. */
function dollarsOf({ requests, cpuMilliseconds, objectRequests, objectMilliseconds }: Usage): number {
  const prices = cloudflarePrices;
  const gigabyteSeconds = (objectMilliseconds / 1_000) * prices.objectDuration.gigabytesOfOne;
  const millionths =
    requests * prices.requests.perMillion +
    cpuMilliseconds * prices.cpu.perMillion +
    objectRequests * prices.objectRequests.perMillion +
    gigabyteSeconds * prices.objectDuration.perMillion;
  return millionths / 1_000_000;
}
