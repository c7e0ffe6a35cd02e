import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "sarif";
import { describe, expect, it } from "vitest";
import type { Review } from "../review.ts";
import { sampleRecord, sampleReview, sampleRule, sampleWaiver, urnOf } from "../testing/sample-review.ts";
import { sarifLimits, sarifLog } from "./sarif-log.ts";

const rule = sampleRule("rule-one");
const run = (review: Review) => {
  const [only] = sarifLog(review).runs;
  if (only?.results === undefined) throw new Error("a run with results");
  return { ...only, results: only.results };
};
const place = ({ locations }: Result) => locations?.[0]?.physicalLocation;

describe("results.sarif", () => {
  it("has what is broken, open or in error, and no pass", () => {
    const states = ["pass", "fail", "fail-waived", "not-applicable", "undetermined", "error", "disabled"] as const;
    const review = sampleReview({ rules: [rule], records: states.map((state) => sampleRecord(rule, state)) });
    expect(run(review).results.map(({ properties, kind, level }) => [properties?.state, kind, level])).toEqual([
      ["error", "fail", "error"],
      ["fail", "fail", "error"],
      ["undetermined", "open", "none"],
      ["fail-waived", "fail", "error"],
    ]);
    expect(run(review).invocations?.[0]?.executionSuccessful).toBe(false);
  });

  it("says the same rule and the same fingerprint of the same violation, whatever else changes", () => {
    const fingerprint = (more: Partial<Review>) =>
      run(sampleReview({ rules: [rule], ...more })).results[0]?.partialFingerprints;
    const one = fingerprint({ records: [sampleRecord(rule, "fail")] });
    const later = fingerprint({
      id: "later",
      commit: "1",
      records: [sampleRecord(rule, "error", { message: "other" })],
    });
    expect(one).toEqual(later);
    const elsewhere = { urn: urnOf("a:b:C", "other"), type: "a:b:C", name: "other" };
    expect(fingerprint({ records: [sampleRecord(rule, "fail", { resource: elsewhere })] })).not.toEqual(one);
  });

  it("names the line of the catalog that a violation comes from", () => {
    const [result] = run(sampleReview({ rules: [rule], records: [sampleRecord(rule, "fail")] })).results;
    const found = result && place(result);
    expect(found?.artifactLocation?.uri).toBe("catalog/services/chittyfinance.ts");
    const file = readFileSync(join(import.meta.dirname, "../../../catalog/services/chittyfinance.ts"), "utf8");
    expect(file.split("\n")[(found?.region?.startLine ?? 0) - 1]).toContain('name: "FINANCE_R2", store: "storage"');
  });

  it("suppresses what is waived, with the reason", () => {
    const waiver = sampleWaiver({ policy: rule.id });
    const [result] = run(
      sampleReview({ rules: [rule], records: [sampleRecord(rule, "fail-waived")], waivers: [waiver] }),
    ).results;
    expect(result?.suppressions).toMatchObject([{ kind: "external", status: "accepted" }]);
    expect(result?.suppressions?.[0]?.justification).toContain(waiver.reason);
  });

  it("keeps to what readers take: 25,000 results, the gravest, and 20 tags a rule, and says what it left out", () => {
    const controls = Array.from({ length: 40 }, (_, index) => ({
      framework: "NIST SP 800-53 r5" as const,
      id: `SC-${index + 1}`,
      support: "supporting" as const,
    }));
    const broad = sampleRule("rule-broad", { controls });
    const minor = sampleRule("rule-minor", { enforcement: "advisory" });
    const many = Array.from({ length: 25_010 }, (_, index) => sampleRecord(index < 20 ? broad : minor, "fail"));
    const { results, invocations, tool } = run(sampleReview({ rules: [broad, minor], records: many.reverse() }));
    expect(results).toHaveLength(sarifLimits.results);
    expect(results.slice(0, 20).every(({ ruleId }) => ruleId === "rule-broad")).toBe(true);
    const tags = tool.driver.rules?.map(({ properties }) => properties?.tags?.length ?? 0) ?? [];
    expect(Math.max(...tags)).toBe(sarifLimits.tags);
    expect(invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toContain("10 results are left out");
  });
});
