import { z } from "zod";
import { type PolicyResult, policyResult } from "../../contracts/policy-result.ts";
import { waiver } from "../kit/waivers.ts";

/** What a review knows of a rule besides its results. */
const reviewedRule = z.object({
  id: z.string(),
  title: z.string(),
  severity: policyResult.shape.severity,
  enforcement: policyResult.shape.enforcement,
  pack: z.string(),
  controls: policyResult.shape.controls,
  cannotSee: z.string(),
  remedy: z.string(),
});
export type ReviewedRule = z.infer<typeof reviewedRule>;

const reviewedWaiver = waiver.extend({
  /** Where it is written, relative to the repository. */
  file: z.string(),
  /** What is wrong with it, e.g. that it waives nothing. */
  problems: z.array(z.string()),
});
export type ReviewedWaiver = z.infer<typeof reviewedWaiver>;

const digested = z.object({ name: z.string(), sha256: z.string() });

/** `records.json`: everything that the other files of a review are made from. */
const reviewSchema = z.object({
  format: z.literal("chittyops-review/1"),
  /** `<time>-<project>-<stack>`, the name of its folder. */
  id: z.string(),
  project: z.string(),
  stack: z.string(),
  environment: z.string(),
  /** `plan`: what an update would make; `state`: what was made. */
  subject: z.enum(["plan", "state"]),
  at: z.iso.datetime(),
  /** Commit of the program, and whether files differed from it. */
  commit: z.string(),
  modified: z.boolean(),
  /** SHA-256 of the stack's configuration. */
  configDigest: z.string(),
  /** Version of the command line. */
  version: z.string(),
  packs: z.array(z.object({ name: z.string(), version: z.string(), digest: z.string() })),
  waiverFiles: z.array(digested),
  /** What is wrong with files that hold no valid waiver; they waive nothing. */
  waiverProblems: z.array(z.string()),
  /** Whether a mandatory rule that could not be decided counts as broken. */
  undeterminedFails: z.boolean(),
  /** The review before this one, absent if there is none. */
  previous: z.object({ id: z.string(), at: z.string(), commit: z.string(), sha256: z.string() }).optional(),
  /** Why the review before this one was not used, e.g. it was changed after it was signed. */
  previousRefused: z.string().optional(),
  rules: z.array(reviewedRule),
  waivers: z.array(reviewedWaiver),
  records: z.array(policyResult),
});
export type Review = z.infer<typeof reviewSchema>;

export type State = PolicyResult["state"];

/** One line for each record: a diff of two reviews can be read, and a line is found by its policy and URN. */
export function serializeReview(review: Review): string {
  const { records, ...head } = review;
  const lines = records.map((record) => JSON.stringify(record)).join(",\n");
  return `${JSON.stringify(head, null, 2).replace(/\n\}$/, "")},\n  "records": [\n${lines}\n]}\n`;
}

/** @throws z.ZodError, SyntaxError for what no review wrote. */
export function parseReview(text: string): Review {
  return reviewSchema.parse(JSON.parse(text));
}
