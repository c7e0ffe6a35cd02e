import { isBinding } from "../../contracts/policy-result.ts";
import { plural } from "./plural.ts";
import type { Review } from "./review.ts";

/** What a review comes to. */
export interface Verdict {
  compliant: boolean;
  /** One sentence: compliant, or what is wrong. */
  sentence: string;
  /** Each reason why it is not compliant, for people. Empty when it is. */
  reasons: string[];
  /** Mandatory rules that could not be decided yet and do not count as broken. */
  open: number;
}

/**
 * A review is compliant when every rule was heard, none ended in an error, no mandatory rule is broken without a valid waiver, and every
 * waiver is in order. Where `undeterminedFails`, a mandatory rule that could not be decided counts as broken.
 */
export function verdictOf(review: Review): Verdict {
  const { records, rules, undeterminedFails } = review;
  const binding = records.filter(isBinding);
  const failed = binding.filter(({ state }) => state === "fail");
  const undetermined = binding.filter(({ state }) => state === "undetermined");
  const errors = records.filter(({ state }) => state === "error");
  const heard = new Set(records.map(({ policy }) => policy));
  const silent = rules.filter(({ id }) => !heard.has(id));
  const badWaivers = waiverProblemsOf(review).length;
  const open = undeterminedFails ? 0 : undetermined.length;
  const reasons = [
    ...(failed.length > 0
      ? [`${plural(distinct(failed, "policy"), "mandatory rule")} broken on ${plural(resources(failed), "resource")}`]
      : []),
    ...(undeterminedFails && undetermined.length > 0
      ? [`${plural(undetermined.length, "result")} of mandatory rules could not be decided`]
      : []),
    ...(errors.length > 0 ? [`${plural(distinct(errors, "policy"), "rule")} ended in an error`] : []),
    ...(silent.length > 0 ? [`${plural(silent.length, "rule")} left no result`] : []),
    ...(rules.length === 0 ? ["no rule was evaluated"] : []),
    ...(badWaivers > 0 ? [`${plural(badWaivers, "problem")} with waivers`] : []),
  ];
  const compliant = reasons.length === 0;
  return { compliant, sentence: sentenceOf(review, reasons, open), reasons, open };
}

/** Every problem of a waiver, with where it is. */
export function waiverProblemsOf({ waivers, waiverProblems }: Pick<Review, "waivers" | "waiverProblems">): string[] {
  const own = waivers.flatMap(({ file, policy, problems }) =>
    problems.map((problem) => `${file}, ${policy}: ${problem}`),
  );
  return [...waiverProblems, ...own];
}

function sentenceOf(
  { project, stack, subject, rules, records }: Review,
  reasons: readonly string[],
  open: number,
): string {
  const what = `${project}/${stack} as ${subject === "plan" ? "planned" : "deployed"}`;
  if (reasons.length > 0) return `Not compliant: ${what} has ${joined(reasons)}.`;
  const holds = `no mandatory rule of ${rules.length} is broken on ${plural(resources(records), "resource")}`;
  const waived = records.filter(({ state }) => state === "fail-waived").length;
  const but = [
    ...(waived > 0 ? [`${plural(waived, "violation")} waived`] : []),
    ...(open > 0 ? [`${plural(open, "result")} open until it is deployed`] : []),
  ];
  return `Compliant with the rules of this repository: ${what}; ${holds}${but.length > 0 ? `, with ${joined(but)}` : ""}.`;
}

const distinct = (records: Review["records"], key: "policy"): number =>
  new Set(records.map((record) => record[key])).size;
const resources = (records: Review["records"]): number => new Set(records.map(({ resource }) => resource.urn)).size;

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
