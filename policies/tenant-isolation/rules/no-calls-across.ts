import { kindOf } from "../../kit/graph.ts";
import { mayUse, references, whose } from "../../kit/references.ts";
import { tenantRule } from "../tenant-rule.ts";

export const noCallsAcross = tenantRule({
  id: "tenant-no-calls-across",
  title: "No service, Durable Object, tail or dispatch binding leads to another tenant",
  cannotSee: "Requests over the public internet.",
  remedy: "Remove the binding, or send through the dispatcher that is declared shared",
  appliesTo: ({ type }) => ["WorkersScript", "WorkersRoute", "WorkersCustomDomain"].includes(kindOf(type)),
  *check(node, graph) {
    for (const { property, what, value, kinds } of references(node).filter(({ calls }) => calls)) {
      for (const target of graph.referred(node, property, value, kinds))
        if (!mayUse(graph, node, target)) yield `${what} leads to ${whose(graph, target)}`;
    }
  },
});
