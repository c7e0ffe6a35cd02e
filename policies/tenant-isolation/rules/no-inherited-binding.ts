import { kindOf, records } from "../../kit/graph.ts";
import { Undetermined, unknown } from "../../kit/value.ts";
import { tenantRule } from "../tenant-rule.ts";

export const noInheritedBinding = tenantRule({
  id: "tenant-no-inherited-binding",
  title: "No binding is inherited from an earlier version",
  cannotSee: "Bindings that somebody adds by hand.",
  remedy: "Declare the binding with what it leads to",
  appliesTo: ({ type }) => kindOf(type) === "WorkersScript",
  *check(node) {
    const bindings = records(node, "bindings");
    for (const { name, type } of bindings) if (type === "inherit") yield `binding ${String(name)} is inherited`;
    if (bindings.some(({ type }) => type === unknown)) throw new Undetermined("the type of a binding is not known yet");
  },
});
