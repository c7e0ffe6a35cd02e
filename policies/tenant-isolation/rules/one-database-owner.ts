import { type Graph, kindOf, type Node } from "../../kit/graph.ts";
import { claimedByOthers, whose } from "../../kit/references.ts";
import { tenantRule } from "../tenant-rule.ts";

/** A project by its id or, where that is not known yet, by the resource that makes it. */
function claims(node: Node, graph: Graph): string[] {
  if (!node.type.startsWith("neon:")) return [];
  if (kindOf(node.type) === "Project")
    return [`project ${node.urn}`, ...(typeof node.props.id === "string" ? [`project ${node.props.id}`] : [])];
  const { projectId } = node.props;
  if (projectId === undefined) return [];
  const made = graph.referred(node, "projectId", projectId, ["Project"]);
  return made.length === 0 ? [`project ${String(projectId)}`] : made.map(({ urn }) => `project ${urn}`);
}

export const oneDatabaseOwner = tenantRule({
  id: "tenant-one-database-owner",
  title: "A Neon project, and what is in it, belongs to one tenant",
  cannotSee: "Projects of other stacks; the check of the fleet compares those.",
  remedy: "Give each tenant a project of its own",
  appliesTo: (node) => node.type.startsWith("neon:"),
  *check(node, graph) {
    for (const { claim, other } of claimedByOthers(graph, "neon", node, (each) => claims(each, graph)))
      yield `${claim} is also used by ${whose(graph, other)}`;
  },
});
