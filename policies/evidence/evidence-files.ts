import { reportPage } from "./html/report-page.ts";
import { assessmentPlan } from "./oscal/assessment-plan.ts";
import { assessmentResults } from "./oscal/assessment-results.ts";
import { planFile, resultsFile } from "./oscal/document.ts";
import { type Review, serializeReview } from "./review.ts";
import { sarifLog } from "./sarif/sarif-log.ts";

/** The file of a review that the others are made from. */
export const recordsFile = "records.json";
const reportFile = "report.html";

/**
 * The files of a review, by name. The same review makes the same files, byte for byte.
 * @param previous the review before this one, to say what changed.
 */
export async function evidenceFiles(review: Review, previous: Review | undefined): Promise<Map<string, string>> {
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  return new Map([
    [recordsFile, serializeReview(review)],
    [reportFile, await reportPage(review, previous)],
    ["results.sarif", json(sarifLog(review))],
    [planFile, json(assessmentPlan(review))],
    [resultsFile, json(assessmentResults(review))],
  ]);
}
