import { records } from "../../kit/graph.ts";
import { lockSeconds, scheduleOf } from "../buckets.ts";
import { governmentRule } from "../government-rule.ts";
import { fields, known } from "../known.ts";

export const lifecycleAfterLock = governmentRule({
  id: "government-lifecycle-after-lock",
  title: "Nothing is deleted before its lock and its retention end",
  controls: ["AU-11", "SI-12"],
  cannotSee: "What counsel says about the retention.",
  remedy: "Raise maxAge of the deletion, or take it out: without it nothing is deleted by itself",
  kinds: ["R2BucketLifecycle"],
  scope: "handles",
  *check(node, graph) {
    const buckets = graph.referred(node, "bucketName", node.props.bucketName, ["R2Bucket"]);
    for (const { id, enabled, deleteObjectsTransition } of records(node, "rules")) {
      const deletion = known(deleteObjectsTransition, "deleteObjectsTransition");
      if (deletion === undefined || deletion === null || known(enabled, "rules.enabled") === false) continue;
      const { type, maxAge } = fields(fields(deletion, "").condition, "deleteObjectsTransition.condition");
      if (known(type, "condition.type") !== "Age") {
        yield `rule ${String(id)} deletes on a date, whatever the age`;
        continue;
      }
      const age = known(maxAge, "condition.maxAge");
      for (const bucket of buckets) {
        const kept = Math.max(lockSeconds(bucket, graph), scheduleOf(bucket, graph) ?? 0);
        if (typeof age !== "number" || age < kept) yield `rule ${String(id)} deletes from ${bucket.name} too early`;
      }
    }
  },
});
