import { appendFileSync } from "node:fs";
import { type Policies, PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import type { Pack, Rule } from "./define-rule.ts";
import { breaks, evaluate, type Finding, toRecord } from "./evaluate.ts";
import { graphOfPreview } from "./graph-of-preview.ts";
import { toValues } from "./value.ts";

/** Names the file that records are added to, one a line: the engine's own summary is no evidence. */
const recordsVariable = "CHITTYOPS_POLICY_RECORDS";

/**
 * Runs packs as one policy pack of the engine. One stack policy asks all rules over one graph, since the engine sends all resources again for
 * each policy; a second one, advisory, says what cannot hold a preview up.
 */
export function servePacks(name: string, packs: readonly Pack[]): void {
  let rest: readonly Finding[] = [];
  const policies: Policies = [
    ...packs.flatMap(({ rules }) => rules.flatMap(remediation)),
    {
      name: `${name}-mandatory`,
      description: "Rules that a stack has to keep",
      enforcementLevel: "mandatory",
      validateStack: ({ resources }, report) => {
        const findings = evaluate(graphOfPreview(resources), packs);
        keep(findings, resources[0]?.urn ?? "");
        // What is still open is settled after the update.
        const refused = findings.filter((finding) => breaks(finding) && finding.state !== "undetermined");
        rest = findings.filter(
          (finding) => ["fail", "undetermined"].includes(finding.state) && !refused.includes(finding),
        );
        for (const finding of refused) report(tell(finding), finding.node.urn);
      },
    },
    {
      name: `${name}-advisory`,
      description: "What is advised, and what is settled only after the update",
      enforcementLevel: "advisory",
      validateStack: (_, report) => {
        for (const finding of rest) report(tell(finding), finding.node.urn);
      },
    },
  ];
  new PolicyPack(name, { policies, enforcementLevel: "mandatory" });
}

function tell({ rule, state, message }: Finding): string {
  return `[${rule.id}] ${rule.title}: ${state === "fail" ? message : `${state}: ${message}`}. ${rule.remedy}`;
}

function remediation(rule: Rule): ResourceValidationPolicy[] {
  const { id, title, remediate } = rule;
  if (remediate === undefined) return [];
  return [
    {
      name: id,
      description: title,
      enforcementLevel: "remediate",
      remediateResource: ({ type, props }) => remediate(type, toValues(props)),
    },
  ];
}

function keep(findings: readonly Finding[], urn: string): void {
  const file = process.env[recordsVariable];
  if (file === undefined) return;
  const run = { at: new Date().toISOString(), stack: urn, commit: "", configDigest: "", digests: {} };
  appendFileSync(file, findings.map((finding) => `${JSON.stringify(toRecord(finding, run))}\n`).join(""));
}
