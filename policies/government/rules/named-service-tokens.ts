import { conditionsOf, guardsCji, ownPolicies } from "../access.ts";
import { governmentRule } from "../government-rule.ts";

export const namedServiceTokens = governmentRule({
  id: "government-named-service-tokens",
  title: "A machine reaches criminal justice information with a token that is named",
  controls: ["AC-3", "AC-6"],
  cannotSee: "Who holds the token.",
  remedy: "Name the service token instead of anyValidServiceToken",
  kinds: ["ZeroTrustAccessApplication", "ZeroTrustAccessPolicy"],
  scope: "stack",
  appliesTo: guardsCji,
  *check(node, graph) {
    for (const policy of ownPolicies(node, graph))
      if (conditionsOf(policy, ["includes", "requires"]).includes("anyValidServiceToken"))
        yield `policy ${policy.name} takes any service token of the account`;
  },
});
