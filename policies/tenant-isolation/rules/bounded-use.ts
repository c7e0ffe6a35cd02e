import { kindOf, read, records, shared } from "../../kit/graph.ts";
import { supports } from "../../kit/supports.ts";
import { tenantRule } from "../tenant-rule.ts";

/** What bounds the use of each kind, as paths of which each has to be above zero. */
const bounds: Readonly<Record<string, readonly (readonly string[])[]>> = {
  WorkersScript: [
    ["limits", "cpuMs"],
    ["limits", "subrequests"],
  ],
  Project: [
    ["settings", "quota", "computeTimeSeconds"],
    ["settings", "quota", "logicalSizeBytes"],
  ],
  HyperdriveConfig: [["originConnectionLimit"]],
};

export const boundedUse = tenantRule({
  id: "tenant-bounded-use",
  title: "What one tenant can use up is bounded",
  severity: "high",
  controls: supports("SC-6†"),
  cannotSee: "Whether the bounds of all tenants together fit the account.",
  remedy: "Set the limits of the script, a rate limit, the quota of the project, and the connections of Hyperdrive",
  appliesTo: (node, graph) => kindOf(node.type) in bounds && graph.owner(node) !== shared,
  *check(node) {
    for (const path of bounds[kindOf(node.type)] ?? []) {
      const value = read(node, ...path);
      if (typeof value !== "number" || value <= 0) yield `${path.join(".")} is not set`;
    }
    if (kindOf(node.type) === "WorkersScript" && !records(node, "bindings").some(({ type }) => type === "ratelimit"))
      yield "it has no rate limit binding";
  },
});
