import { defineRule, type Rule } from "../kit/define-rule.ts";
import { type Graph, kindOf, type Node } from "../kit/graph.ts";
import { supports } from "../kit/supports.ts";
import { handlesCji, stackHandlesCji } from "./handles-cji.ts";

/**
 * Where a rule binds: the resources that `handle` criminal justice information, everything in a `stack` that has such a resource, or
 * `everywhere`, since a zone is shared by what is in it and a remediation is shown one resource at a time.
 */
type Scope = "handles" | "stack" | "everywhere";

type GovernmentRule = Pick<Rule, "id" | "title" | "cannotSee" | "remedy" | "check"> &
  Partial<Pick<Rule, "severity" | "enforcement" | "appliesTo" | "remediate">> & {
    /** As `supports` reads them. */
    controls: readonly string[];
    /** Last parts of type tokens; absent: of any. `Stack` is the stack as a whole, for what has to be there at all. */
    kinds?: readonly string[];
    scope: Scope;
  };

export function governmentRule({ controls, kinds, scope, ...rule }: GovernmentRule): Rule {
  return defineRule({
    severity: "high",
    enforcement: "mandatory",
    ...rule,
    controls: supports(...controls),
    appliesTo: (node, graph) =>
      (kinds === undefined || kinds.some((kind) => isOf(kind, node, graph))) &&
      (rule.appliesTo?.(node, graph) ?? true) &&
      binds(scope, node, graph),
  });
}

function isOf(kind: string, node: Node, graph: Graph): boolean {
  // A state may lack the resource that stands for the stack.
  if (kind === "Stack") return node === (graph.ofKind("Stack")[0] ?? graph.nodes[0]);
  return kindOf(node.type) === kind;
}

function binds(scope: Scope, node: Node, graph: Graph): boolean {
  if (scope === "everywhere") return true;
  return scope === "stack" ? stackHandlesCji(graph) : handlesCji(node, graph);
}
