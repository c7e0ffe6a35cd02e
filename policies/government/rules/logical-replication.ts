import { type Graph, type Node, read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";
import { list } from "../known.ts";

/** Whether the nearest component says who may subscribe. */
function hasSubscribers(node: Node, graph: Graph): boolean {
  for (const { props } of graph.ancestors(node)) {
    const subscribers = list(props.replicationSubscribers, "replicationSubscribers");
    if (subscribers.length > 0) return true;
  }
  return false;
}

export const logicalReplication = governmentRule({
  id: "government-logical-replication",
  title: "Logical replication of criminal justice information has named subscribers",
  controls: ["AC-4"],
  cannotSee: "Who subscribes: that is in the database.",
  remedy:
    "Leave settings.enableLogicalReplication out, or name the subscribers in replicationSubscribers of the component",
  kinds: ["Project"],
  scope: "handles",
  *check(node, graph) {
    if (read(node, "settings", "enableLogicalReplication") === true && !hasSubscribers(node, graph))
      yield "it replicates to subscribers that nobody names";
  },
});
