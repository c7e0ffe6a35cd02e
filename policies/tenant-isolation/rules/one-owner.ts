import { shared } from "../../kit/graph.ts";
import { tenantRule } from "../tenant-rule.ts";

/** The tenant whose id a name carries between delimiters; the longest one, so that `acme2` and `acme-2` are not `acme`. */
function carried(name: string, tenants: ReadonlySet<string>): string | undefined {
  const spaced = `-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}-`;
  return [...tenants].filter((id) => spaced.includes(`-${id}-`)).sort((a, b) => b.length - a.length)[0];
}

export const oneOwner = tenantRule({
  id: "tenant-one-owner",
  title: "Each resource belongs to one tenant, and its name says which",
  cannotSee: "Whether the tenant is one that has a contract: that is for the registry of tenants to say.",
  remedy: "Make it below a Tenant component and put the tenant's id into its name, or declare it shared",
  appliesTo: ({ type }) => !type.startsWith("pulumi:"),
  *check(node, graph) {
    const owner = graph.owner(node);
    if (owner === undefined) yield "it belongs to no tenant and is not declared shared";
    else if (owner !== shared && carried(node.name, graph.tenants) !== owner)
      yield `it belongs to ${owner}, and its name does not say so`;
  },
});
