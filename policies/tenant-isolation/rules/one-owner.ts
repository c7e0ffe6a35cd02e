import { type Graph, shared } from "../../kit/graph.ts";
import { tenantInName } from "../tenant-in-name.ts";
import { tenantRule } from "../tenant-rule.ts";

export const oneOwner = tenantRule({
  id: "tenant-one-owner",
  title: "Each resource belongs to one tenant, and its name says which",
  cannotSee:
    "Whether the tenant is one that has a contract, unless the pack is configured with the ids of the registry's tenants.",
  remedy: "Make it below a Tenant component and put the tenant's id into its name, or declare it shared",
  appliesTo: ({ type }) => !type.startsWith("pulumi:"),
  *check(node, graph) {
    const owner = graph.owner(node);
    if (owner === undefined) yield "it belongs to no tenant and is not declared shared";
    if (owner === undefined || owner === shared) return;
    const registered = graph.stack.tenants;
    if (registered !== undefined && !registered.includes(owner))
      yield `it belongs to ${owner}, which is no tenant that the registry knows`;
    if (tenantInName(node.name, everyTenant(graph)) !== owner)
      yield `it belongs to ${owner}, and its name does not say so`;
  },
});

function everyTenant(graph: Graph): ReadonlySet<string> {
  return graph.memo("every-tenant", () => new Set([...graph.tenants, ...(graph.stack.tenants ?? [])]));
}
