import type { Graph, Node } from "../../kit/graph.ts";
import { lockSeconds, purposeOf } from "../buckets.ts";
import { governmentRule } from "../government-rule.ts";
import { handlesCji } from "../handles-cji.ts";
import { known } from "../known.ts";

/** Components that keep records, and so need a backup. */
function vaults(graph: Graph): Node[] {
  return graph.nodes.filter(
    (node) => node.type.startsWith("chittyops:") && node.props.retentionDays !== undefined && handlesCji(node, graph),
  );
}

export const backupBucket = governmentRule({
  id: "government-backup-bucket",
  title: "Records have backups in a locked bucket somewhere else",
  controls: ["CP-9a", "CP-9d", "CP-6"],
  cannotSee: "Whether backups are made and can be restored.",
  remedy: "Make a bucket that no Worker binds, with a lock, in another location than the records",
  kinds: ["Stack"],
  scope: "stack",
  *check(_, graph) {
    for (const vault of vaults(graph)) {
      const buckets = graph
        .ofKind("R2Bucket")
        .filter((bucket) => handlesCji(bucket, graph) && graph.owner(bucket) === graph.owner(vault));
      const of = (purpose: "records" | "backup") => buckets.filter((bucket) => purposeOf(bucket, graph) === purpose);
      const records = of("records").map(location);
      const good = of("backup").filter(
        (bucket) => lockSeconds(bucket, graph) > 0 && !records.includes(location(bucket)),
      );
      if (good.length === 0) yield `the records of ${vault.name} have no locked backup in another location`;
    }
  },
});

function location({ name, props }: Node): string {
  return String(known(props.location, `the location of ${name}`) ?? "anywhere").toLowerCase();
}
