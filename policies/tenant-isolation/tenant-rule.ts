import { defineRule, type Rule } from "../kit/define-rule.ts";
import { supports } from "../kit/supports.ts";

/** A rule that holds wherever a stack has tenants; all of these support the same controls. */
export function tenantRule(
  rule: Pick<Rule, "id" | "title" | "cannotSee" | "remedy" | "appliesTo" | "check"> & Partial<Rule>,
): Rule {
  return defineRule({
    severity: "critical",
    enforcement: "mandatory",
    controls: supports("AC-4", "SC-4", "CA-9‡"),
    ...rule,
    appliesTo: (node, graph) => graph.tenants.size > 0 && rule.appliesTo(node, graph),
  });
}
