import { defineRule } from "../../kit/define-rule.ts";
import { type Node, read, records } from "../../kit/graph.ts";

/** Names that the catalog declares; absent where the component does not say. */
function declared(node: Node): readonly unknown[] | undefined {
  const names = read(node, "bindingNames");
  return Array.isArray(names) ? names : undefined;
}

export const strippedBindings = defineRule({
  id: "stripped-bindings",
  title: "A Worker has every binding that the catalog declares",
  severity: "critical",
  enforcement: "mandatory",
  controls: [{ framework: "NIST SP 800-53 r5", id: "CM-6", support: "supporting" }],
  cannotSee: "Uploads that go round this program, until the next refresh.",
  remedy: "Upload the Worker with this program only",
  appliesTo: (node) => node.type.startsWith("chittyops:") && declared(node) !== undefined,
  *check(node, graph) {
    const scripts = graph.scripts.filter(({ parent }) => parent === node.urn);
    if (scripts.length === 0) yield "it has no script";
    for (const script of scripts) {
      const bound = new Set<unknown>(records(script, "bindings").map(({ name }) => name));
      const missing = (declared(node) ?? []).filter((name) => !bound.has(name));
      if (missing.length > 0) yield `${script.name} lacks ${missing.join(", ")}`;
    }
  },
});
