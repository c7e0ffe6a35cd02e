import { kindOf } from "../../kit/graph.ts";
import { tenantRule } from "../tenant-rule.ts";

export const wrappedReferences = tenantRule({
  id: "tenant-wrapped-references",
  title: "Other stacks are read through coreOutputs only",
  cannotSee: "Reads during a preview: the engine does not show them to policies, so the state is what decides.",
  remedy: "Read core with coreOutputs()",
  appliesTo: ({ type }) => kindOf(type) === "StackReference",
  *check(node, graph) {
    const wrapped = [...graph.ancestors(node)].some(({ type }) => type === "chittyops:index:CoreOutputs");
    if (!wrapped) yield "it is read without the wrapper";
  },
});
