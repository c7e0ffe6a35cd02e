import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { policyResult } from "../../contracts/policy-result.ts";
import type { Pack } from "./define-rule.ts";
import type { Verdict } from "./judge.ts";

/** Names the file in which a pack leaves what its rules said, for whoever had it asked: the engine's own summary is no evidence. */
export const verdictVariable = "CHITTYOPS_POLICY_VERDICT";

const verdictFile = z.object({
  findings: z.array(
    policyResult
      .pick({ policy: true, state: true, message: true, waiver: true })
      .extend(policyResult.shape.resource.shape),
  ),
  waivers: z.array(z.custom<Verdict["waivers"][number]>()),
  compliant: z.boolean(),
});

/** Leaves a verdict in the file that `CHITTYOPS_POLICY_VERDICT` names; does nothing where nobody wants one. */
export function writeVerdict({ findings, waivers, compliant }: Verdict): void {
  const file = process.env[verdictVariable];
  if (file === undefined) return;
  const flat = findings.map(({ rule, node: { urn, type, name }, state, message, waiver }) => {
    return { policy: rule.id, urn, type, name, state, message, waiver };
  });
  writeFileSync(file, JSON.stringify({ findings: flat, waivers, compliant }));
}

/** @param packs those that were asked. @throws Error where the file is not there or is about other rules. */
export function readVerdict(file: string, packs: readonly Pack[]): Verdict {
  const { findings, ...verdict } = verdictFile.parse(JSON.parse(readFileSync(file, "utf8")));
  const rules = new Map(packs.flatMap((pack) => pack.rules.map((rule) => [rule.id, { pack, rule }] as const)));
  return {
    ...verdict,
    findings: findings.map(({ policy, urn, type, name, state, message, waiver }) => {
      const asked = rules.get(policy);
      if (asked === undefined) throw new Error(`a rule ${policy} was asked that no pack has`);
      return { ...asked, node: { urn, type, name }, state, message, ...(waiver !== undefined && { waiver }) };
    }),
  };
}
