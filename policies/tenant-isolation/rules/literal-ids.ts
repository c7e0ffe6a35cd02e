import { mayUse, references, whose } from "../../kit/references.ts";
import { Undetermined } from "../../kit/value.ts";
import { tenantRule } from "../tenant-rule.ts";

export const literalIds = tenantRule({
  id: "tenant-literal-ids",
  title: "An id or a name that a resource is given is its own tenant's, or shared",
  cannotSee: "Whose an id is that no resource of the stack has.",
  remedy: "Refer to the resource instead of writing its id",
  appliesTo: (node) => references(node).length > 0,
  *check(node, graph) {
    let unmatched: string | undefined;
    for (const { property, what, value, kinds } of references(node)) {
      const targets = graph.referred(node, property, value, kinds);
      if (targets.length === 0) unmatched = what;
      for (const target of targets) if (!mayUse(graph, node, target)) yield `${what} is ${whose(graph, target)}`;
    }
    if (unmatched !== undefined) throw new Undetermined(`${unmatched} names nothing of this stack`);
  },
});
