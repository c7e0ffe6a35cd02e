import type { RateLimit } from "@cloudflare/workers-types";
import type { LiteChild } from "../../contracts/lite-child.ts";
import type { Usage } from "../budget/budget-meter.ts";
import { ProblemError } from "../problem/problem.ts";

const dayMilliseconds = 86_400_000;

/** Answered in any state, for those who look after it. */
const aboutItself = new Set(["/health", "/api/v1/status"]);

/**
 * Whether the child takes requests at all.
 * @throws ProblemError 410: it has expired; 403: it is suspended
 */
export function requireLive({ child, title, expiresAt, state, parent }: LiteChild, path: string, now: number): void {
  if (aboutItself.has(path)) return;
  if (expiresAt !== undefined && Date.parse(expiresAt) <= now) {
    throw new ProblemError({
      status: 410,
      title: "Expired",
      detail: `${title} (${child}) expired at ${expiresAt} and is not served any more. Whoever runs ${parent.stack} can extend it, or removes it with what it stored.`,
    });
  }
  if (state === "suspended") {
    throw new ProblemError({
      status: 403,
      title: "Suspended",
      detail: `${title} (${child}) is suspended; what it stores is kept. Ask whoever runs ${parent.stack} to resume it.`,
    });
  }
}

/**
 * Whether the minute has room for a request. A limiter that does not answer holds nothing up.
 * @throws ProblemError 429
 */
export async function requirePace({ child }: LiteChild, limiter: RateLimit): Promise<void> {
  const { success } = await limiter.limit({ key: child }).catch((error: unknown) => {
    console.warn(`The rate limit is unavailable, the request passes: ${String(error)}`);
    return { success: true };
  });
  if (success) return;
  throw new ProblemError({
    status: 429,
    title: "Too fast",
    detail: "There are more requests in this minute than the child may take. Slow down, and try again.",
    retryAfter: 60,
  });
}

/**
 * Whether the day's quota and budget have room for a request that was counted.
 * @param usage undefined: the counter does not answer, and requests pass
 * @throws ProblemError 429: the quota is used up; 503: the budget is
 */
export function requireRoom({ quota }: LiteChild, usage: Usage | undefined, writes: boolean, now: number): void {
  if (usage === undefined) return;
  const untilTomorrow = (dayMilliseconds - (now % dayMilliseconds)) / 1_000;
  if (usage.requests > quota.requestsPerDay) {
    throw new ProblemError({
      status: 429,
      title: "Quota used up",
      detail: `The ${quota.requestsPerDay} requests of ${usage.day} (UTC) are used up. Try again tomorrow, or have quota.requestsPerDay raised.`,
      retryAfter: untilTomorrow,
    });
  }
  if (usage.level === "observe" || (usage.level === "degrade" && !writes)) return;
  const retryAfter = usage.setUntil === null ? untilTomorrow : (Date.parse(usage.setUntil) - now) / 1_000;
  throw new ProblemError({
    status: 503,
    title: usage.level === "pause" ? "Paused" : "Reading only",
    detail: `The budget of ${usage.day} (UTC) is at the level ${usage.level}${usage.setUntil === null ? "" : ", set by an administrator"}: ${
      usage.level === "pause" ? "nothing is served" : "nothing is written"
    } until then. Try again later.`,
    retryAfter,
  });
}
