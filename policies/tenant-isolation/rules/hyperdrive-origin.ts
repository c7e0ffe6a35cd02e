import { type Graph, kindOf, type Node, read } from "../../kit/graph.ts";
import { claimedByOthers, mayUse, text, whose } from "../../kit/references.ts";
import { isRecord, unknown } from "../../kit/value.ts";
import { tenantRule } from "../tenant-rule.ts";

/** A host that is not known yet is that of the project it comes from. */
function claims(node: Node, graph: Graph): string[] {
  if (kindOf(node.type) !== "HyperdriveConfig") return [];
  const origin = read(node, "origin");
  const host = isRecord(origin) ? origin.host : undefined;
  const hosts =
    host === unknown ? graph.referred(node, "origin", host, ["Project"]).map(({ urn }) => urn) : [String(host)];
  const rest = ["database", "user"].map((key) => text(node, "origin", key));
  return hosts.map((each) => [each, ...rest].join(" "));
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
    for (const { other } of claimedByOthers(graph, "origin", node, (each) => claims(each, graph)))
      yield `it has the same origin as ${whose(graph, other)}`;
  },
});
