import type { Pack } from "./define-rule.ts";
import { breaks, evaluate, type Finding } from "./evaluate.ts";
import { graphOfState } from "./graph-of-state.ts";
import { applyWaivers, type Waiver } from "./waivers.ts";

export interface StateVerdict {
  findings: Finding[];
  /** What is wrong with the waivers, a sentence each. */
  waiverProblems: string[];
  /** False where a mandatory rule is broken or still open, a rule failed, or a waiver is wrong. */
  compliant: boolean;
}

/** Asks the rules about a stack's exported state, where hardly anything is unknown any more. Starts no engine. */
export function checkState(
  exported: unknown,
  environment: string,
  packs: readonly Pack[],
  waivers: readonly Waiver[],
): StateVerdict {
  const { findings, problems } = applyWaivers(evaluate(graphOfState(exported, environment), packs), waivers);
  return { findings, waiverProblems: problems, compliant: problems.length === 0 && !findings.some(breaks) };
}
