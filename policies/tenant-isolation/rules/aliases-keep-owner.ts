import { shared } from "../../kit/graph.ts";
import { tenantInName } from "../tenant-in-name.ts";
import { tenantRule } from "../tenant-rule.ts";

export const aliasesKeepOwner = tenantRule({
  id: "tenant-aliases-keep-owner",
  title: "A resource that is renamed or moved stays with its tenant",
  cannotSee: "Who owned a resource whose old name did not say so.",
  remedy: "Remove the alias, export the data, and make the resource anew below the other tenant",
  appliesTo: ({ options }) => options.aliases.length > 0,
  *check(node, graph) {
    const owner = graph.owner(node);
    for (const alias of node.options.aliases) {
      const target = graph.node(alias);
      const before = alias.slice(alias.lastIndexOf("::") + 2);
      const previous = target === undefined ? tenantInName(before, graph.tenants) : graph.owner(target);
      if (previous !== owner && previous !== shared) yield `it was ${before}, of ${previous ?? "no tenant"}`;
    }
  },
});
