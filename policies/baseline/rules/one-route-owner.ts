import { defineRule } from "../../kit/define-rule.ts";
import { type Graph, kindOf, type Node, read } from "../../kit/graph.ts";

function claim(node: Node): string | undefined {
  const kind = kindOf(node.type);
  const value =
    kind === "WorkersRoute"
      ? read(node, "pattern")
      : kind === "WorkersCustomDomain"
        ? read(node, "hostname")
        : undefined;
  // A custom domain answers all of its host, as a route to every path does.
  return typeof value === "string" ? value.toLowerCase().replace(/\/\*$/, "") : undefined;
}

function claimed(graph: Graph): Map<string, Node[]> {
  return graph.memo("routes", () => {
    const found = new Map<string, Node[]>();
    for (const node of [...graph.ofKind("WorkersRoute"), ...graph.ofKind("WorkersCustomDomain")]) {
      if (typeof node.props.pattern === "symbol" || typeof node.props.hostname === "symbol") continue;
      const pattern = claim(node);
      if (pattern !== undefined) found.set(pattern, [...(found.get(pattern) ?? []), node]);
    }
    return found;
  });
}

export const oneRouteOwner = defineRule({
  id: "one-route-owner",
  title: "A route or a custom domain belongs to one Worker",
  severity: "high",
  enforcement: "mandatory",
  controls: [{ framework: "NIST SP 800-53 r5", id: "cm-6", support: "supporting" }],
  cannotSee: "Routes that other stacks or people make in the same zone.",
  remedy: "Leave the pattern to one service of the catalog",
  appliesTo: ({ type }) => ["WorkersRoute", "WorkersCustomDomain"].includes(kindOf(type)),
  *check(node, graph) {
    const others = (claimed(graph).get(claim(node) ?? "") ?? []).filter((other) => other !== node);
    for (const other of others) yield `${other.name} claims the same pattern`;
  },
});
