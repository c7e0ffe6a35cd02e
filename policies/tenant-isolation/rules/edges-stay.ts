import { mayUse, whose } from "../../kit/references.ts";
import { tenantRule } from "../tenant-rule.ts";

export const edgesStay = tenantRule({
  id: "tenant-edges-stay",
  title: "What a resource depends on is its own tenant's, or shared",
  cannotSee: "Dependencies that the program hides from the engine, as literal values are; another rule joins those.",
  remedy: "Use a resource of the same tenant, or declare the other one shared",
  appliesTo: ({ type }) => !type.startsWith("pulumi:"),
  *check(node, graph) {
    const edges = new Set([...node.dependencies, ...Object.values(node.propertyDependencies).flat()]);
    for (const urn of edges) {
      const target = graph.node(urn);
      if (target === undefined || target.type.startsWith("pulumi:")) continue;
      if (!mayUse(graph, node, target)) yield `it depends on ${whose(graph, target)}`;
    }
  },
});
