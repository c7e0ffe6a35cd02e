import { kindOf, type Node } from "../../kit/graph.ts";
import { claimedByOthers, text, whose } from "../../kit/references.ts";
import { tenantRule } from "../tenant-rule.ts";

function claims(node: Node): string[] {
  const kind = kindOf(node.type);
  if (!node.type.startsWith("neon:")) return [];
  const project = kind === "Project" ? text(node, "id") : text(node, "projectId");
  return project === undefined ? [] : [`project ${project}`];
}

export const oneDatabaseOwner = tenantRule({
  id: "tenant-one-database-owner",
  title: "A Neon project, and what is in it, belongs to one tenant",
  cannotSee: "Projects of other stacks; the check of the fleet compares those.",
  remedy: "Give each tenant a project of its own",
  appliesTo: (node) => node.type.startsWith("neon:"),
  *check(node, graph) {
    for (const { claim, other } of claimedByOthers(graph, "neon", node, claims))
      yield `${claim} is also used by ${whose(graph, other)}`;
  },
});
