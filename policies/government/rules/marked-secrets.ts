import { kindOf, type Node, records } from "../../kit/graph.ts";
import { governmentRule } from "../government-rule.ts";

/** What has to be marked as a secret in the state, by kind. */
const secrets: Readonly<Record<string, string>> = {
  HyperdriveConfig: "origin",
  SecretsStoreSecret: "value",
  AccountToken: "value",
  ApiToken: "value",
  LogpushJob: "destinationConf",
  ZeroTrustAccessServiceToken: "clientSecret",
  ZeroTrustAccessIdentityProvider: "config",
};

/** A script is one only where it has a secret. */
function secretOf(node: Node): string | undefined {
  const kind = kindOf(node.type);
  if (kind !== "WorkersScript") return secrets[kind];
  return records(node, "bindings").some(({ type }) => type === "secret_text") ? "bindings" : undefined;
}

export const markedSecrets = governmentRule({
  id: "government-marked-secrets",
  title: "What a provider does not know to be secret is marked so",
  severity: "medium",
  enforcement: "advisory",
  controls: ["IA-5g"],
  cannotSee: "Secrets in other properties.",
  remedy: "Name the property in the option additionalSecretOutputs",
  scope: "stack",
  appliesTo: ({ type }) => kindOf(type) === "WorkersScript" || kindOf(type) in secrets,
  *check(node) {
    const property = secretOf(node);
    if (property !== undefined && !node.options.additionalSecretOutputs.includes(property))
      yield `${property} is not in additionalSecretOutputs`;
  },
});
