import { kindOf, type Node, records } from "../../kit/graph.ts";
import { claimedByOthers, text, whose } from "../../kit/references.ts";
import { tenantRule } from "../tenant-rule.ts";

const properties: Readonly<Record<string, string>> = {
  WorkersCustomDomain: "hostname",
  WorkersRoute: "pattern",
  DnsRecord: "name",
  ZeroTrustAccessApplication: "domain",
};

function claims(node: Node): string[] {
  const kind = kindOf(node.type);
  const property = properties[kind];
  const host = property === undefined ? undefined : text(node, property)?.split("/")[0]?.toLowerCase();
  const groups =
    kind === "ZeroTrustAccessPolicy"
      ? records(node, "includes").flatMap(({ group }) => JSON.stringify(group) ?? [])
      : [];
  return [...(host === undefined ? [] : [`host ${host}`]), ...groups.map((group) => `Access group ${group}`)];
}

export const oneHostnameOwner = tenantRule({
  id: "tenant-one-hostname-owner",
  title: "A hostname, and a group of people, belongs to one tenant",
  cannotSee: "Hostnames of other stacks; the check of the fleet compares those.",
  remedy: "Give each tenant a hostname and Access groups of its own",
  appliesTo: ({ type }) => kindOf(type) in properties || kindOf(type) === "ZeroTrustAccessPolicy",
  *check(node, graph) {
    for (const { claim, other } of claimedByOthers(graph, "hosts", node, claims))
      yield `${claim} is also claimed by ${whose(graph, other)}`;
  },
});
