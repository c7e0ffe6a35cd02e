import { cloudflarePrices } from "../../../contracts/cloudflare-prices.ts";
import type { ServiceUsage } from "../../../contracts/ops-metrics.ts";

/**
 * What an account pays for a month in which what was measured happens `times` times. What the plan includes is taken off its requests and its
 * CPU time; what objects add is taken at list price.
 */
export function estimateOf(services: readonly ServiceUsage[], times: number): { dollars: number; listDollars: number } {
  const { requests, cpu, subscription } = cloudflarePrices;
  const sum = (of: (usage: ServiceUsage) => number) => services.reduce((total, usage) => total + of(usage), 0) * times;
  const listDollars = sum(({ dollars }) => dollars);
  const included =
    Math.min(
      sum((usage) => usage.requests),
      requests.includedPerMonth,
    ) *
      requests.perMillion +
    Math.min(
      sum((usage) => usage.cpuMilliseconds),
      cpu.includedPerMonth,
    ) *
      cpu.perMillion;
  return { dollars: subscription + Math.max(0, listDollars - included / 1_000_000), listDollars };
}
