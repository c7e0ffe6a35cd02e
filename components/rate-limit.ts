import { createHash } from "node:crypto";
import type { CloudflareBinding } from "./worker/cloudflare-binding.ts";

/** A rate limit of a Worker's own, as the binding `RATE_LIMIT`: so many calls in a minute for each key that the Worker names. */
export function rateLimit(owner: string, part: string, perMinute: number): CloudflareBinding {
  // The number has to be unique in the account.
  const namespaceId = String(createHash("sha256").update(`${owner}/${part}`).digest().readUInt32BE());
  return { name: "RATE_LIMIT", type: "ratelimit", namespaceId, simple: { limit: perMinute, period: 60 } };
}
