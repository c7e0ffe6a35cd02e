import { kindOf } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

/** What other rules look at, by kind. */
const policed: Readonly<Record<string, readonly string[]>> = {
  WorkersScript: ["bindings", "observability", "logpush", "tailConsumers", "limits"],
  WorkersScriptSubdomain: ["enabled", "previewsEnabled"],
  ZoneSetting: ["value"],
  Ruleset: ["rules"],
  R2Bucket: ["jurisdiction", "location"],
  R2BucketLock: ["rules"],
  R2BucketLifecycle: ["rules"],
  R2CustomDomain: ["minTls"],
  R2ManagedDomain: ["enabled"],
  HyperdriveConfig: ["origin", "caching", "mtls"],
  LogpushJob: ["enabled", "destinationConf", "dataset", "filter"],
  NotificationPolicy: ["enabled", "mechanisms"],
  ZeroTrustAccessApplication: ["domain", "policies", "sessionDuration", "mfaConfig"],
  ZeroTrustAccessPolicy: ["decision", "includes", "requires", "sessionDuration", "mfaConfig"],
  AccountToken: ["policies", "condition", "expiresOn"],
  ApiToken: ["policies", "condition", "expiresOn"],
  RandomPassword: ["length"],
  Command: ["create", "update", "delete", "environment"],
  Project: ["settings", "historyRetentionSeconds", "protected", "regionId"],
  Branch: ["protected"],
};

export const noIgnoredChanges = governmentRule({
  id: "government-no-ignored-changes",
  title: "No change of what a rule looks at is ignored",
  controls: ["CM-3", "CM-6d"],
  cannotSee: "Changes by hand, until the next refresh.",
  remedy: "Take the property out of ignoreChanges",
  scope: "stack",
  appliesTo: (node, graph) => kindOf(node.type) !== "WorkersScript" || graph.isScript(node),
  *check({ type, options }) {
    for (const path of options.ignoreChanges) {
      const first = path.match(/^\[?"?([^.["\]]+)/)?.[1] ?? path;
      if (first === "*" || policed[kindOf(type)]?.includes(first)) yield `changes of ${path} are ignored`;
    }
  },
});
