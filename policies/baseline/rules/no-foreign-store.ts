import { defineRule } from "../../kit/define-rule.ts";
import { references } from "../../kit/references.ts";

export const noForeignStore = defineRule({
  id: "no-foreign-store",
  title: "A store that is bound is made by the stack of its environment",
  severity: "critical",
  enforcement: "mandatory",
  controls: [{ framework: "NIST SP 800-53 r5", id: "SC-4", support: "supporting" }],
  cannotSee: "Two stores of which one is filled from the other.",
  remedy: "Refer to a store of this environment instead of writing an id",
  appliesTo: (node) => references(node).some(({ calls }) => !calls),
  *check(node, graph) {
    for (const { property, what, value, kinds } of references(node).filter(({ calls }) => !calls))
      if (graph.referred(node, property, value, kinds).length === 0)
        yield `${what} names nothing that this stack makes`;
  },
});
