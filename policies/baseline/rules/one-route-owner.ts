import { defineRule } from "../../kit/define-rule.ts";
import { kindOf, type Node, read } from "../../kit/graph.ts";
import { sharedClaims } from "../../kit/references.ts";

function claims(node: Node): string[] {
  const kind = kindOf(node.type);
  const value =
    kind === "WorkersRoute"
      ? read(node, "pattern")
      : kind === "WorkersCustomDomain"
        ? read(node, "hostname")
        : undefined;
  // A custom domain answers all of its host, as a route to every path does.
  return typeof value === "string" ? [value.toLowerCase().replace(/\/\*$/, "")] : [];
}

export const oneRouteOwner = defineRule({
  id: "one-route-owner",
  title: "A route or a custom domain belongs to one Worker",
  severity: "high",
  enforcement: "mandatory",
  controls: [{ framework: "NIST SP 800-53 r5", id: "CM-6", support: "supporting" }],
  cannotSee: "Routes that other stacks or people make in the same zone.",
  remedy: "Leave the pattern to one service of the catalog",
  appliesTo: ({ type }) => ["WorkersRoute", "WorkersCustomDomain"].includes(kindOf(type)),
  *check(node, graph) {
    for (const { other } of sharedClaims(graph, "routes", node, claims)) yield `${other.name} claims the same pattern`;
  },
});
