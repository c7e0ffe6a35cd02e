import { dependenciesOf } from "../../kit/graph.ts";
import { mayUse, whose } from "../../kit/references.ts";
import { tenantRule } from "../tenant-rule.ts";

export const edgesStay = tenantRule({
  id: "tenant-edges-stay",
  title: "What a resource depends on is its own tenant's, or shared",
  cannotSee: "Dependencies that the program hides from the engine, as literal values are; another rule joins those.",
  remedy: "Use a resource of the same tenant, or declare the other one shared",
  appliesTo: ({ type }) => !type.startsWith("pulumi:"),
  *check(node, graph) {
    for (const urn of dependenciesOf(node)) {
      const target = graph.node(urn);
      if (target === undefined || target.type.startsWith("pulumi:")) continue;
      if (!mayUse(graph, node, target)) yield `it depends on ${whose(graph, target)}`;
    }
  },
});
