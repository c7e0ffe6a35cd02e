import type { Graph, Node } from "./graph.ts";
import { kindOf } from "./graph.ts";

/** What only one stack of a fleet may have, by kind and property. Of a token its id: in a state its value is encrypted, each time otherwise. */
const claims: Readonly<Record<string, readonly [what: string, property: string]>> = {
  Project: ["Neon project", "id"],
  WorkersCustomDomain: ["hostname", "hostname"],
  WorkersRoute: ["route", "pattern"],
  ApiToken: ["API token", "id"],
  AccountToken: ["API token", "id"],
  ZeroTrustAccessServiceToken: ["service token", "id"],
};

/** Says, a sentence each, what two stacks claim both: a Neon project, a hostname, a route or a token. */
export function fleetCheck(graphs: readonly Graph[]): string[] {
  const stacks = new Map<string, Set<string>>();
  for (const graph of graphs) {
    for (const node of graph.nodes) {
      const claim = claimOf(node);
      if (claim === undefined) continue;
      const by = stacks.get(claim) ?? new Set();
      stacks.set(claim, by.add(node.urn.split("::").slice(0, 2).join("::").replace("urn:pulumi:", "")));
    }
  }
  return [...stacks]
    .filter(([, by]) => by.size > 1)
    .map(([claim, by]) => `${claim} is claimed by the stacks ${[...by].sort().join(" and ")}`);
}

/** e.g. `hostname acme.example` */
function claimOf(node: Node): string | undefined {
  const [what, property] = claims[kindOf(node.type)] ?? [];
  const value = property === undefined ? undefined : node.props[property];
  return typeof value === "string" ? `${what} ${value.toLowerCase()}` : undefined;
}
