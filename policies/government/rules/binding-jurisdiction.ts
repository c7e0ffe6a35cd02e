import { boundBuckets } from "../buckets.ts";
import { governmentRule } from "../government-rule.ts";
import { known } from "../known.ts";

export const bindingJurisdiction = governmentRule({
  id: "government-binding-jurisdiction",
  title: "A binding of a bucket names the bucket's jurisdiction",
  severity: "medium",
  controls: ["CM-6b"],
  cannotSee: "Code that reaches a bucket over its S3 interface.",
  remedy: "Give the binding the jurisdiction of the bucket",
  kinds: ["WorkersScript"],
  scope: "handles",
  *check(node, graph) {
    for (const { name, bucket, jurisdiction } of boundBuckets(node, graph)) {
      const wanted = known(bucket.props.jurisdiction, `the jurisdiction of ${bucket.name}`) ?? "default";
      const found = known(jurisdiction, `the jurisdiction of binding ${name}`) ?? "default";
      if (found !== wanted) yield `binding ${name} names another jurisdiction than ${bucket.name} has`;
    }
  },
});
