import { dependenciesOf, type Graph, kindOf, type Node, records, shared } from "../../kit/graph.ts";
import { claimedByOthers, whose } from "../../kit/references.ts";
import { tenantRule } from "../tenant-rule.ts";

/** Tenants that a secret's dependants belong to, by the URN of the secret. */
function fed(graph: Graph): Map<string, Set<string>> {
  return graph.memo("fed", () => {
    const found = new Map<string, Set<string>>();
    for (const node of graph.nodes) {
      const owner = graph.owner(node);
      if (owner === undefined || owner === shared) continue;
      for (const urn of dependenciesOf(node)) found.set(urn, (found.get(urn) ?? new Set()).add(owner));
    }
    return found;
  });
}

function texts(node: Node): string[] {
  if (kindOf(node.type) !== "WorkersScript") return [];
  return records(node, "bindings").flatMap(({ type, text }) =>
    type === "secret_text" && typeof text === "string" ? [text] : [],
  );
}

const secretKinds = ["RandomPassword", "RandomBytes", "RandomString", "SecretsStoreSecret", "ApiToken"];

export const noSharedSecret = tenantRule({
  id: "tenant-no-shared-secret",
  title: "No secret feeds two tenants",
  cannotSee: "Secrets that Workers fetch by themselves.",
  remedy: "Generate a secret for each tenant",
  appliesTo: ({ type }) => secretKinds.includes(kindOf(type)) || kindOf(type) === "WorkersScript",
  *check(node, graph) {
    const tenants = [...(fed(graph).get(node.urn) ?? [])].sort();
    if (secretKinds.includes(kindOf(node.type)) && tenants.length > 1) yield `it feeds ${tenants.join(" and ")}`;
    const others = new Set(claimedByOthers(graph, "secret-text", node, texts).map(({ other }) => other));
    for (const other of others) yield `a secret of it is also bound by ${whose(graph, other)}`;
  },
});
