import { type Graph, kindOf, type Node, records } from "../../kit/graph.ts";
import { mayUse, whose } from "../../kit/references.ts";
import { isRecord, Undetermined, unknown, type Value } from "../../kit/value.ts";
import { tenantRule } from "../tenant-rule.ts";

/** Cloudflare's provider takes the resources as JSON. */
function resourcesOf(value: Value | undefined): string[] {
  if (value === unknown) throw new Undetermined("the resources of a token are not known yet");
  const parsed: unknown = typeof value === "string" ? JSON.parse(value) : value;
  return isRecord(parsed as Value) ? Object.keys(parsed as object) : [];
}

/** A bucket as tokens name it: https://developers.cloudflare.com/r2/api/tokens/ */
const bucketName = /^com\.cloudflare\.edge\.r2\.bucket\.[0-9a-zA-Z]+_[a-z-]+_(.+)$/;

/** What a token names. Dots and underscores part the words of its name, and may be in the last one: the longest one that there is counts. */
function targetsOf(name: string, graph: Graph): Node[] {
  const bucket = bucketName.exec(name)?.[1];
  if (bucket !== undefined) return graph.named(bucket, ["R2Bucket"]);
  const starts = [...name.matchAll(/[._]/g)].map(({ index }) => index + 1);
  return starts.map((start) => graph.named(name.slice(start))).find((targets) => targets.length > 0) ?? [];
}

function* outside(name: string, node: Node, graph: Graph): Generator<string> {
  if (name.includes("*")) yield "it reaches every resource of a kind";
  const targets = targetsOf(name, graph);
  if (targets.length === 0 && !name.includes("*")) yield "it reaches something that no resource of the stack is";
  for (const target of targets) if (!mayUse(graph, node, target)) yield `it reaches ${whose(graph, target)}`;
}

export const tokenScope = tenantRule({
  id: "tenant-token-scope",
  title: "An API token names resources of one tenant",
  cannotSee: "Tokens that people make.",
  remedy: "Name the tenant's own bucket, zone or script in the token's policies",
  appliesTo: ({ type }) => ["ApiToken", "AccountToken"].includes(kindOf(type)),
  *check(node, graph) {
    for (const policy of records(node, "policies"))
      for (const name of resourcesOf(policy.resources)) yield* outside(name, node, graph);
  },
});
