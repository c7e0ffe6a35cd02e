import { shared } from "../../kit/graph.ts";
import { tenantInName } from "../tenant-in-name.ts";
import { tenantRule } from "../tenant-rule.ts";

export const oneOwner = tenantRule({
  id: "tenant-one-owner",
  title: "Each resource belongs to one tenant, and its name says which",
  cannotSee: "Whether the tenant is one that has a contract: that is for the registry of tenants to say.",
  remedy: "Make it below a Tenant component and put the tenant's id into its name, or declare it shared",
  appliesTo: ({ type }) => !type.startsWith("pulumi:"),
  *check(node, graph) {
    const owner = graph.owner(node);
    if (owner === undefined) yield "it belongs to no tenant and is not declared shared";
    else if (owner !== shared && tenantInName(node.name, graph.tenants) !== owner)
      yield `it belongs to ${owner}, and its name does not say so`;
  },
});
