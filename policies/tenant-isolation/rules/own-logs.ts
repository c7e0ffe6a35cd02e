import { type Graph, kindOf, type Node } from "../../kit/graph.ts";
import { claimedByOthers, mayUse, text, whose } from "../../kit/references.ts";
import { Undetermined, unknown } from "../../kit/value.ts";
import { tenantRule } from "../tenant-rule.ts";

function claims(node: Node): string[] {
  const kind = kindOf(node.type);
  if (kind === "QueueConsumer") {
    const queue = text(node, "deadLetterQueue");
    return queue === undefined ? [] : [`dead letters in ${queue}`];
  }
  if (node.type.startsWith("chittyops:")) {
    const bucket = text(node, "backupBucket");
    return bucket === undefined ? [] : [`backups in ${bucket}`];
  }
  if (kind !== "LogpushJob") return [];
  if (node.props.destinationConf === unknown) return bucketsOf(node).map((urn) => `logs at ${urn}`);
  const destination = text(node, "destinationConf")?.split("?")[0];
  return destination === undefined ? [] : [`logs at ${destination}`];
}

/** A destination holds the key it is written with, so that a state does not tell it; the buckets it was made of it does. */
function bucketsOf(node: Node): string[] {
  const urns = node.propertyDependencies.destinationConf ?? [];
  return urns.filter((urn) => kindOf(urn.split("::").at(-2) ?? "") === "R2Bucket");
}

function targetsOf(node: Node, graph: Graph): (readonly [what: string, target: Node])[] {
  const named = (bucket: string | undefined) => (bucket === undefined ? [] : graph.named(bucket, ["R2Bucket"]));
  const backups = named(text(node, "backupBucket"));
  const isSecret = node.props.destinationConf === unknown;
  const logs = isSecret
    ? bucketsOf(node).flatMap((urn) => graph.node(urn) ?? [])
    : named(text(node, "destinationConf")?.match(/^r2:\/\/([^/?]+)/)?.[1]);
  if (isSecret && logs.length === 0)
    throw new Undetermined("the destination is secret, and made of no bucket of the stack");
  return [...logs.map((target) => ["logs", target] as const), ...backups.map((target) => ["backups", target] as const)];
}

export const ownLogs = tenantRule({
  id: "tenant-own-logs",
  title: "Logs, backups and dead letters of a tenant go where no other tenant's go",
  cannotSee: "Where a Worker's code writes.",
  remedy: "Give each tenant buckets for logs and for backups, and a queue for dead letters, of its own",
  appliesTo: ({ type, props }) =>
    ["QueueConsumer", "LogpushJob"].includes(kindOf(type)) ||
    (type.startsWith("chittyops:") && props.backupBucket !== undefined),
  *check(node, graph) {
    for (const { claim, other } of claimedByOthers(graph, "logs", node, claims))
      yield `${claim.split(" in ")[0]?.split(" at ")[0]} go where those of ${whose(graph, other)}, go`;
    for (const [what, target] of targetsOf(node, graph))
      if (!mayUse(graph, node, target)) yield `${what} go to ${whose(graph, target)}`;
  },
});
