import type { PolicyResult } from "../../contracts/policy-result.ts";
import { plural } from "../../policies/evidence/plural.ts";
import { breaks, type Finding, refuses, violationHash } from "../../policies/kit/evaluate.ts";
import type { Verdict } from "../../policies/kit/judge.ts";
import { waiverProblems } from "../../policies/kit/load-waivers.ts";
import { table } from "../output/table.ts";
import { UserError } from "../user-error.ts";

/** What is worth a look, what stops a release first. */
const words = { fail: "broken", error: "error", undetermined: "open", "fail-waived": "waived" } as const;
type Worth = keyof typeof words;
const isWorth = (state: PolicyResult["state"]): state is Worth => state in words;

/** A verdict as data: every finding that is not simply in order. */
export interface VerdictSummary {
  compliant: boolean;
  rules: number;
  resources: number;
  findings: (Pick<PolicyResult, "policy" | "severity" | "enforcement" | "message" | "remedy"> & {
    state: Worth;
    urn: string;
    name: string;
    violationHash?: string;
    waiver?: string;
    /** Rules of other packs that are the same rule and say the same. */
    also?: { policy: string; violationHash?: string }[];
  })[];
  waiverProblems: string[];
}

export function verdictSummary({ findings, waivers, compliant }: Verdict): VerdictSummary {
  const worth = Object.keys(words);
  return {
    compliant,
    rules: new Set(findings.map(({ rule }) => rule.id)).size,
    resources: new Set(findings.map(({ node }) => node.urn)).size,
    findings: once(findings.filter(({ state }) => isWorth(state)))
      .map(({ finding, also }) => {
        const { rule, node, state, message, waiver } = finding;
        const { id: policy, severity, enforcement, remedy } = rule;
        const { urn, name } = node;
        return {
          ...{ policy, state: state as Worth, severity, enforcement, urn, name, message, remedy },
          ...hashOf(finding),
          ...(waiver && { waiver }),
          ...(also.length > 0 && { also: also.map((one) => ({ policy: one.rule.id, ...hashOf(one) })) }),
        };
      })
      .sort((a, b) => worth.indexOf(a.state) - worth.indexOf(b.state)),
    waiverProblems: waiverProblems(waivers),
  };
}

/** What a waiver of a finding is bound to. */
function hashOf(finding: Finding): { violationHash?: string } {
  return finding.state === "fail" ? { violationHash: violationHash(finding) } : {};
}

/** A rule that is another one's under a name of its own says nothing new: what two such rules say alike is said once. */
function once(findings: readonly Finding[]): { finding: Finding; also: Finding[] }[] {
  const rules = new Map<Finding["rule"]["check"], number>();
  const alike = Map.groupBy(findings, ({ rule: { check }, node, state, message }) => {
    if (!rules.has(check)) rules.set(check, rules.size);
    return JSON.stringify([rules.get(check), node.urn, state, message]);
  });
  return [...alike.values()].flatMap(([finding, ...also]) => (finding === undefined ? [] : [{ finding, also }]));
}

/** Names of resources that one line of the table has room for. */
const shownNames = 2;

/** A line that sums up, and a table in which resources of which a rule says the same share a row. */
export function showVerdict(verdict: Verdict): string {
  const { rules, resources, findings, waiverProblems: problems } = verdictSummary(verdict);
  const counts = Object.entries(words).flatMap(([state, word]) => {
    const count = findings.filter((finding) => finding.state === state).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const head = `Rules: ${counts.join(", ") || "nothing found"}; ${plural(rules, "rule")} on ${plural(resources, "resource")}.`;
  const alike = Map.groupBy(findings, ({ state, policy, message }) => JSON.stringify([state, policy, message]));
  const rows = [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const more = same.length - shownNames;
    const names = same.slice(0, shownNames).map(({ name }) => name);
    const result = first.enforcement === "advisory" ? `${words[first.state]} (advised)` : words[first.state];
    const rule = [first.policy, ...(first.also ?? []).map(({ policy }) => policy)].join(", ");
    return [[result, rule, `${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}`, first.message]];
  });
  return [
    head,
    ...(rows.length > 0 ? [table(["RESULT", "RULE", "RESOURCES", "WHAT"], rows)] : []),
    ...problems.map((problem) => `Waiver ${problem}`),
  ].join("\n");
}

/**
 * The error of a command that a verdict stops.
 * @param subject of a `plan` what is open is no reason.
 */
export function refusal(verdict: Verdict, subject: "plan" | "state", what: string): UserError {
  const reasons = verdict.findings.filter(subject === "plan" ? refuses : breaks);
  return new UserError(`${what} is not compliant.`, {
    details: [...once(reasons).map(describe), ...waiverProblems(verdict.waivers).map((problem) => `waiver ${problem}`)],
    remedy: "mend what is named above; docs/compliance.md says how a violation is waived",
  });
}

/** e.g. `min-tls: zone-min_tls_version: it takes an older version. Set min_tls_version to "1.2"` */
function describe({ finding, also }: { finding: Finding; also: Finding[] }): string {
  const { rule, node, state, message } = finding;
  const said = state === "fail" ? message : `${words[state as Worth]}: ${message}`;
  const rules = [rule.id, ...also.map((one) => one.rule.id)].join(", ");
  return `${rules}: ${node.name}: ${said}. ${rule.remedy}`;
}
