import { kindOf } from "../../kit/graph.ts";
import { guardsCji, ownPolicies } from "../access.ts";
import { governmentRule } from "../government-rule.ts";
import { fields, known } from "../known.ts";

export const accessMfa = governmentRule({
  id: "government-access-mfa",
  title: "Whoever reaches criminal justice information shows a second factor",
  severity: "critical",
  controls: ["IA-2(1)", "IA-2(2)"],
  cannotSee: "What the identity provider asks for, and whether the account may enforce it.",
  remedy: "Take mfaConfig.mfaDisabled out, or set it to false",
  kinds: ["ZeroTrustAccessApplication", "ZeroTrustAccessPolicy"],
  scope: "stack",
  appliesTo: guardsCji,
  *check(node, graph) {
    const itself = kindOf(node.type) === "ZeroTrustAccessApplication" ? [{ name: node.name, fields: node.props }] : [];
    for (const { name, fields: given } of [...itself, ...ownPolicies(node, graph)])
      if (known(fields(given.mfaConfig, "mfaConfig").mfaDisabled, "mfaConfig.mfaDisabled") === true)
        yield `${name} asks for no second factor`;
  },
});
