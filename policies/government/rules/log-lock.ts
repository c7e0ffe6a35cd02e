import { destinationsOf, lockSeconds, shownDays } from "../buckets.ts";
import { governmentRule } from "../government-rule.ts";

/** Seconds: CJIS 5.9.5 keeps audit records for a year. */
const least = 365 * 24 * 3600;

export const logLock = governmentRule({
  id: "government-log-lock",
  title: "Nobody can change or delete a log within a year",
  controls: ["AU-11", "AU-9a"],
  cannotSee: "A destination outside of R2, and whether counsel wants more than a year.",
  remedy: "Lock the bucket that the job pushes to, for 365 days or more",
  kinds: ["LogpushJob"],
  scope: "handles",
  *check(node, graph) {
    const buckets = destinationsOf(node, graph);
    if (buckets.length === 0) yield "it pushes to no bucket of the stack";
    for (const bucket of buckets)
      if (lockSeconds(bucket, graph) < least) yield `${bucket.name} is not locked for ${shownDays(least)}`;
  },
});
