import type { Pack } from "./define-rule.ts";
import { breaks, evaluate, type Finding, refuses } from "./evaluate.ts";
import type { Graph } from "./graph.ts";
import type { WaiverFile } from "./load-waivers.ts";
import { applyWaivers } from "./waivers.ts";

/** What the rules say of a stack. */
export interface Verdict {
  findings: Finding[];
  /** The waivers that are for this stack, and those that do not say for which; with what is wrong with each. */
  waivers: WaiverFile[];
  /** False where a mandatory rule is broken, a rule failed, or a waiver is wrong; of a state also where a mandatory rule has no answer. */
  compliant: boolean;
}

/**
 * Asks the rules of all packs about a stack.
 * @param subject of a `plan` something may be open, which is settled once there is a `state`.
 */
export function judge(
  graph: Graph,
  packs: readonly Pack[],
  files: readonly WaiverFile[],
  subject: "plan" | "state",
): Verdict {
  const stacks = new Set(graph.nodes.map(({ urn }) => stackUrn(urn)));
  const own = files.filter(({ urn }) => urn === undefined || stacks.has(stackUrn(urn)));
  const valid = own.flatMap(({ waiver }) => waiver ?? []);
  const { findings, unused } = applyWaivers(evaluate(graph, packs), valid);
  const waivers = own.map((file) =>
    file.waiver !== undefined && unused.includes(file.waiver)
      ? { ...file, problems: ["waives nothing that is found; delete it, or renew it if the violation has changed"] }
      : file,
  );
  const wrong = subject === "plan" ? refuses : breaks;
  const compliant = !findings.some(wrong) && waivers.every(({ problems }) => problems.length === 0);
  return { findings, waivers, compliant };
}

/** `urn:pulumi:prod::chittyops` */
function stackUrn(urn: string): string {
  return urn.split("::").slice(0, 2).join("::");
}
