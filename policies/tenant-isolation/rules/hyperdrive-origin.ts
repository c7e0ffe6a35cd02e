import { kindOf, type Node } from "../../kit/graph.ts";
import { claimedByOthers, mayUse, text, whose } from "../../kit/references.ts";
import { tenantRule } from "../tenant-rule.ts";

function claims(node: Node): string[] {
  if (kindOf(node.type) !== "HyperdriveConfig") return [];
  return [["host", "database", "user"].map((key) => text(node, "origin", key)).join(" ")];
}

export const hyperdriveOrigin = tenantRule({
  id: "tenant-hyperdrive-origin",
  title: "A Hyperdrive connects to a database of its own tenant, as a role of its own",
  cannotSee: "Grants inside of the database.",
  remedy: "Take host, database, user and password from the tenant's own NeonDatabase",
  appliesTo: (node) => kindOf(node.type) === "HyperdriveConfig",
  *check(node, graph) {
    for (const urn of node.propertyDependencies.origin ?? []) {
      const source = graph.node(urn);
      if (source !== undefined && !mayUse(graph, node, source)) yield `its origin comes from ${whose(graph, source)}`;
    }
    for (const { other } of claimedByOthers(graph, "origin", node, claims))
      yield `it has the same origin as ${whose(graph, other)}`;
  },
});
