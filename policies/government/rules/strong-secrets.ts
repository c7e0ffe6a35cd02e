import { type Graph, kindOf, type Node, read, records } from "../../kit/graph.ts";
import { unknown } from "../../kit/value.ts";
import { governmentRule } from "../government-rule.ts";
import { known } from "../known.ts";

const leastLength = 24;
const leastBits = 112;
/** What a password is made of unless it is told otherwise; the special ones are the provider's default. */
const characters = { lower: 26, upper: 26, numeric: 10, special: "!@#$%&*()-_=+[]{}<>:?".length };

/** Where each kind keeps a secret. */
const secretProperties: Readonly<Record<string, string>> = {
  SecretsStoreSecret: "value",
  RuntimeRole: "password",
  HyperdriveConfig: "origin",
  ZeroTrustAccessIdentityProvider: "config",
};

function bitsOf(node: Node, length: number): number {
  const { overrideSpecial } = node.props;
  const special = typeof overrideSpecial === "string" ? new Set(overrideSpecial).size : characters.special;
  const alphabet = Object.entries({ ...characters, special }).reduce(
    (sum, [kind, count]) => (known(node.props[kind], kind) === false ? sum : sum + count),
    0,
  );
  return alphabet === 0 ? 0 : length * Math.log2(alphabet);
}

/** Resources with a secret that what a node makes goes into. */
function secretsFrom(node: Node, graph: Graph): Node[] {
  return graph.nodes.filter((target) => {
    const kind = kindOf(target.type);
    const property = kind === "WorkersScript" ? "bindings" : secretProperties[kind];
    if (property === undefined) return false;
    const feeds = target.propertyDependencies[property]?.includes(node.urn) ?? false;
    if (kind !== "WorkersScript") return feeds;
    const made = [node.props.result, node.props.id].filter((value) => typeof value === "string");
    return records(target, "bindings").some(
      ({ type, text }) => type === "secret_text" && (text === unknown ? feeds : made.includes(text as string)),
    );
  });
}

export const strongSecrets = governmentRule({
  id: "government-strong-secrets",
  title: "A secret that is made here is long and random",
  controls: ["IA-5c"],
  cannotSee: "Secrets that are provided.",
  remedy: `Use RandomPassword with ${leastLength} characters and ${leastBits} bits at least, and never RandomString or RandomPet`,
  kinds: ["RandomPassword", "RandomString", "RandomPet"],
  scope: "stack",
  *check(node, graph) {
    if (kindOf(node.type) !== "RandomPassword") {
      for (const { name } of secretsFrom(node, graph)) yield `it feeds a secret of ${name}`;
      return;
    }
    const length = read(node, "length");
    if (typeof length !== "number" || length < leastLength) yield `it has less than ${leastLength} characters`;
    else if (bitsOf(node, length) < leastBits) yield `it has less than ${leastBits} bits`;
  },
});
