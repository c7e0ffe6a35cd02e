import { defineRule } from "../../kit/define-rule.ts";
import type { Graph, Node } from "../../kit/graph.ts";
import { references } from "../../kit/references.ts";
import type { Value } from "../../kit/value.ts";

/** Whether the catalog says of a store that several environments use it on purpose. */
function isDeclaredShared(id: Value | undefined, node: Node, graph: Graph): boolean {
  return [...graph.ancestors(node)].some(({ type, props: { sharedStores } }) => {
    return type.startsWith("chittyops:") && Array.isArray(sharedStores) && sharedStores.includes(id);
  });
}

export const noForeignStore = defineRule({
  id: "no-foreign-store",
  title: "A store that is bound is made by the stack of its environment",
  severity: "critical",
  enforcement: "mandatory",
  controls: [{ framework: "NIST SP 800-53 r5", id: "SC-4", support: "supporting" }],
  cannotSee: "Two stores of which one is filled from the other.",
  remedy: "Refer to a store of this environment instead of writing an id, or declare it shared in the catalog",
  appliesTo: (node) => references(node).some(({ calls }) => !calls),
  *check(node, graph) {
    for (const { property, what, value, kinds } of references(node).filter(({ calls }) => !calls))
      if (!isDeclaredShared(value, node, graph) && graph.referred(node, property, value, kinds).length === 0)
        yield `${what} names nothing that this stack makes`;
  },
});
