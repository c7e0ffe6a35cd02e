import { boundBuckets, logBuckets } from "../buckets.ts";
import { governmentRule } from "../government-rule.ts";

export const logsOutOfReach = governmentRule({
  id: "government-logs-out-of-reach",
  title: "No Worker binds the bucket that logs are pushed to",
  controls: ["AU-9", "AU-9(4)"],
  cannotSee: "Tokens that reach the bucket over its S3 interface.",
  remedy: "Remove the binding, and read the logs with a token for people",
  kinds: ["WorkersScript"],
  scope: "stack",
  *check(node, graph) {
    const logs = logBuckets(graph);
    for (const { name, bucket } of boundBuckets(node, graph))
      if (logs.has(bucket)) yield `binding ${name} reaches the logs in ${bucket.name}`;
  },
});
