import { kindOf, type Node } from "../../kit/graph.ts";
import { claimedByOthers, mayUse, text, whose } from "../../kit/references.ts";
import { tenantRule } from "../tenant-rule.ts";

function claims(node: Node): string[] {
  const kind = kindOf(node.type);
  if (kind === "QueueConsumer") {
    const queue = text(node, "deadLetterQueue");
    return queue === undefined ? [] : [`dead letters in ${queue}`];
  }
  if (kind !== "LogpushJob") return [];
  const destination = text(node, "destinationConf")?.split("?")[0];
  return destination === undefined ? [] : [`logs at ${destination}`];
}

export const ownLogs = tenantRule({
  id: "tenant-own-logs",
  title: "Logs and dead letters of a tenant go where no other tenant's go",
  cannotSee: "Where a Worker's code writes.",
  remedy: "Give each tenant a bucket and a queue for dead letters of its own",
  appliesTo: ({ type }) => ["QueueConsumer", "LogpushJob"].includes(kindOf(type)),
  *check(node, graph) {
    for (const { claim, other } of claimedByOthers(graph, "logs", node, claims))
      yield `${claim.split(" in ")[0]?.split(" at ")[0]} go where those of ${whose(graph, other)}, go`;
    const bucket = text(node, "destinationConf")?.match(/^r2:\/\/([^/?]+)/)?.[1];
    for (const target of bucket === undefined ? [] : graph.named(bucket, ["R2Bucket"]))
      if (!mayUse(graph, node, target)) yield `logs go to ${whose(graph, target)}`;
  },
});
