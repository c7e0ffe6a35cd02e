import { type Graph, kindOf, type Node, read } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

export const protectedBranch = governmentRule({
  id: "government-protected-branch",
  title: "The branch that production runs on is protected",
  severity: "medium",
  controls: ["CM-5 weak"],
  cannotSee: "Who may take the protection away.",
  remedy: "Set protected to true",
  kinds: ["Project", "Branch"],
  scope: "handles",
  // Other branches are copies for previews and drills, unless something runs on them.
  appliesTo: (node, graph) =>
    graph.environment(node) === "prod" &&
    (kindOf(node.type) === "Project" ||
      graph
        .ofKind("Endpoint")
        .some((endpoint) => endpoint.props.type !== "read_only" && runsOn(endpoint, node, graph))),
  *check(node) {
    if (read(node, "protected") !== true) yield "it is not protected";
  },
});

function runsOn(endpoint: Node, branch: Node, graph: Graph): boolean {
  return graph.referred(endpoint, "branchId", endpoint.props.branchId, ["Branch"]).includes(branch);
}
