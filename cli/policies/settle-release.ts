import { createHash } from "node:crypto";
import { packs, ruleIds } from "../../policies/all/packs.ts";
import { checkState } from "../../policies/kit/check-state.ts";
import type { Verdict } from "../../policies/kit/judge.ts";
import { loadWaivers } from "../../policies/kit/load-waivers.ts";
import type { ReadyStack } from "../engine/ready-stack.ts";
import { stackName } from "../engine/stack-target.ts";
import { exportState } from "../engine/state.ts";
import type { Session } from "../session.ts";
import { knownTenants } from "../tenants/known-tenants.ts";
import { markRelease } from "./release-record.ts";
import { refusal, showVerdict, verdictSummary } from "./show-verdict.ts";
import { today } from "./today.ts";

/**
 * Asks every rule about what an update made. What the plan left open is known by now: a mandatory rule that is broken, or that still has no
 * answer, makes the release one that is not compliant, and it is marked so.
 * @throws UserError with everything that is wrong then.
 */
export async function settleRelease(session: Session, ready: ReadyStack): Promise<void> {
  const state = await exportState(ready);
  const { environment } = ready.target;
  const verdict = checkState(state, environment, packs, loadWaivers(ruleIds, today()), knownTenants(environment));
  const refused = verdict.compliant
    ? undefined
    : refusal(verdict, "state", `The release of ${stackName(ready.target)}`);
  const at = new Date().toISOString();
  const reasons = [...(refused?.details ?? [])];
  markRelease(ready.target, { at, compliant: verdict.compliant, reasons, evidence: evidenceOf(verdict) });
  if (refused) throw refused;
  if (verdictSummary(verdict).findings.length > 0) session.console.note(showVerdict(verdict));
}

/** One digest for one verdict: what each rule said of each resource, in whatever order it was asked. */
function evidenceOf({ findings }: Verdict): string {
  const lines = findings.map(({ pack, rule, node, state, message, waiver }) =>
    JSON.stringify([pack.name, pack.version, rule.id, node.urn, state, message, waiver]),
  );
  return createHash("sha256").update(lines.sort().join("\n")).digest("hex");
}
