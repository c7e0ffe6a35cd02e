import { createHash } from "node:crypto";
import type { Graph, Node } from "./graph.ts";
import { kindOf } from "./graph.ts";

/** What only one stack of a fleet may have, by kind and property. */
const claims: Readonly<Record<string, readonly [what: string, property: string]>> = {
  Project: ["Neon project", "id"],
  WorkersCustomDomain: ["hostname", "hostname"],
  WorkersRoute: ["route", "pattern"],
  ApiToken: ["API token", "value"],
};

/** Says, a sentence each, what two stacks claim both: a Neon project, a hostname, a route or a token. Never shows a token. */
export function fleetCheck(graphs: readonly Graph[]): string[] {
  const stacks = new Map<string, { shown: string; by: Set<string> }>();
  for (const graph of graphs) {
    for (const node of graph.nodes) {
      const claim = claimOf(node);
      if (claim === undefined) continue;
      const found = stacks.get(claim.key) ?? { shown: claim.shown, by: new Set() };
      found.by.add(`${node.urn.split("::").slice(0, 2).join("::").replace("urn:pulumi:", "")}`);
      stacks.set(claim.key, found);
    }
  }
  return [...stacks.values()]
    .filter(({ by }) => by.size > 1)
    .map(({ shown, by }) => `${shown} is claimed by the stacks ${[...by].sort().join(" and ")}`);
}

function claimOf(node: Node): { key: string; shown: string } | undefined {
  const [what, property] = claims[kindOf(node.type)] ?? [];
  const value = property === undefined ? undefined : node.props[property];
  if (what === undefined || typeof value !== "string") return undefined;
  const digest = createHash("sha256").update(value.toLowerCase()).digest("hex");
  return { key: `${what} ${digest}`, shown: property === "value" ? what : `${what} ${value}` };
}
