import { type Policies, PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import { ruleIds } from "../all/packs.ts";
import type { Pack, Rule } from "./define-rule.ts";
import { type Finding, refuses } from "./evaluate.ts";
import { graphOfPreview } from "./graph-of-preview.ts";
import { stackOf } from "./graph-of-state.ts";
import { judge } from "./judge.ts";
import { loadWaivers, waiverProblems } from "./load-waivers.ts";
import { toRaw, toValues } from "./value.ts";
import { writeVerdict } from "./verdict-file.ts";

/**
 * Runs packs as one policy pack of the engine. One stack policy asks all rules over one graph, since the engine sends all resources again for
 * each policy; a second one, advisory, says what cannot hold a preview up.
 *
 * To be called by a pack's `index.mjs`: the SDK compiles a pack that begins with TypeScript by itself, and knows none of our settings. What a
 * module in JavaScript imports, Node runs.
 */
export function servePacks(name: string, packs: readonly Pack[]): void {
  const inputs = new Map<string, unknown>();
  let rest: readonly Finding[] = [];
  const policies: Policies = [
    ...packs.flatMap(({ rules }) => rules.flatMap(remediation)),
    {
      name: `${name}-inputs`,
      description: "Finds nothing: keeps what each resource is given, which a stack policy is not shown",
      enforcementLevel: "advisory",
      validateResource: ({ urn, props }) => void inputs.set(urn, props),
    },
    {
      name: `${name}-mandatory`,
      description: "Rules that a stack has to keep",
      enforcementLevel: "mandatory",
      configSchema: { properties: { tenants: { type: "array", items: { type: "string" } } } },
      validateStack: ({ resources, getConfig }, report) => {
        const { tenants } = getConfig<{ tenants?: string[] }>();
        const waivers = loadWaivers(ruleIds, new Date().toISOString().slice(0, 10));
        const verdict = judge(graphOfPreview(resources, inputs, tenants), packs, waivers, "plan");
        writeVerdict(verdict);
        // What is still open is settled after the update.
        rest = verdict.findings.filter(
          (finding) => ["fail", "undetermined"].includes(finding.state) && !refuses(finding),
        );
        for (const finding of verdict.findings.filter(refuses)) report(tell(finding), finding.node.urn);
        for (const problem of waiverProblems(verdict.waivers)) report(`[waivers] ${problem}`);
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

/** On `local` nothing is mended in passing, so that it is mended where it is written, before it comes to an environment where it matters. */
function remediation({ id, title, remediate }: Rule): ResourceValidationPolicy[] {
  if (remediate === undefined) return [];
  return [
    {
      name: id,
      description: title,
      enforcementLevel: "remediate",
      remediateResource: ({ urn, type, props }) => {
        if (stackOf(urn) === "local") return undefined;
        const values = toValues(props);
        const mended = remediate(type, values);
        if (mended === undefined) return undefined;
        // What stays as it was stays the engine's own value: secrets are still secret, and what is unknown still unknown.
        for (const [key, value] of Object.entries(mended)) if (value !== values[key]) props[key] = toRaw(value);
        return props;
      },
    },
  ];
}
