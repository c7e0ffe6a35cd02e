/**
 * What Cloudflare asks for Workers (Standard usage model, Workers Paid) and Durable Objects, in US dollars, as its price list said on
 * `readOn`. What is included belongs to the account, not to a service.
 */
export const cloudflarePrices = {
  readOn: "2026-11-26",
  sources: [
    "https://developers.cloudflare.com/workers/platform/pricing/",
    "https://developers.cloudflare.com/durable-objects/platform/pricing/",
  ],
  /** A month, whatever is used. */
  subscription: 5,
  requests: { perMillion: 0.3, includedPerMonth: 10_000_000 },
  /** Milliseconds of CPU time. */
  cpu: { perMillion: 0.02, includedPerMonth: 30_000_000 },
  objectRequests: { perMillion: 0.15, includedPerMonth: 1_000_000 },
  /** GB-seconds that objects are in memory; one counts as 128 MB. */
  objectDuration: { perMillion: 12.5, includedPerMonth: 400_000, gigabytesOfOne: 0.128 },
} as const;
