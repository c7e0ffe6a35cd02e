import { type Graph, type Node, records } from "../../kit/graph.ts";
import { unknown, type Value } from "../../kit/value.ts";
import { governmentRule } from "../government-rule.ts";
import { known } from "../known.ts";

/** What a key that protects data is called. */
const keyName = /^(ROOT|MASTER|DATA|DOCUMENT|ENCRYPTION|KEY_ENCRYPTION)_KEY$/;
const secretTypes = ["secret_text", "secret_key", "secrets_store_secret"];
const sources = ["RandomPassword", "RandomBytes", "SecretsStoreSecret"];

/** A key's value, where a reader of the plan can know it. */
function secretIn({ text, keyBase64, keyJwk, secretName }: Readonly<Record<string, Value>>): Value | undefined {
  return text ?? keyBase64 ?? keyJwk ?? secretName;
}

function keysOf(script: Node): Readonly<Record<string, Value>>[] {
  return records(script, "bindings").filter(({ name }) => keyName.test(String(name)));
}

/** Resources that other scripts take a key from, and the values of their keys. */
function othersKeys(node: Node, graph: Graph): { urns: Set<string>; values: Set<Value> } {
  const others = graph.scripts.filter((script) => script !== node && keysOf(script).length > 0);
  return {
    urns: new Set(others.flatMap(({ propertyDependencies }) => propertyDependencies.bindings ?? [])),
    values: new Set(others.flatMap((script) => keysOf(script).flatMap((key) => secretIn(key) ?? []))),
  };
}

export const ownKey = governmentRule({
  id: "government-own-key",
  title: "What handles criminal justice information has a key of its own to encrypt it with",
  severity: "critical",
  controls: ["SC-12", "SC-28(1)"],
  cannotSee: "Whether the code encrypts with it, and who else holds it.",
  remedy: "Bind a secret of its own as ROOT_KEY",
  kinds: ["WorkersScript"],
  scope: "handles",
  appliesTo: (node, graph) => graph.isScript(node),
  *check(node, graph) {
    const keys = keysOf(node);
    if (keys.length === 0) yield "it binds no key such as ROOT_KEY";
    const others = othersKeys(node, graph);
    for (const key of keys) {
      const name = String(key.name);
      if (!secretTypes.includes(String(known(key.type, `the type of ${name}`)))) yield `${name} is bound as no secret`;
      const value = secretIn(key);
      if (value !== undefined && value !== unknown) {
        if (others.values.has(value)) yield `another Worker has the same ${name}`;
        continue;
      }
      const fed = graph.referred(node, "bindings", unknown, sources);
      if (fed.every(({ urn }) => others.urns.has(urn))) yield `${name} comes from what another Worker's key comes from`;
    }
  },
});
