import { describe, expect, it } from "vitest";
import { sampleRecord, sampleReview, sampleRule, sampleWaiver } from "./testing/sample-review.ts";
import { verdictOf } from "./verdict.ts";

const mandatory = sampleRule("rule-mandatory");
const advisory = sampleRule("rule-advisory", { enforcement: "advisory" });
const remediating = sampleRule("rule-remediating", { enforcement: "remediate" });

describe("a review", () => {
  it("is compliant when every rule holds, and says in one sentence of what", () => {
    const { compliant, sentence, reasons } = verdictOf(sampleReview());
    expect({ compliant, reasons }).toEqual({ compliant: true, reasons: [] });
    expect(sentence).toMatch(/^Compliant with the rules of this repository: chittyops\/prod as planned; [^.]*\.$/);
  });

  it.each([
    ["a mandatory rule is broken", [sampleRecord(mandatory, "fail")], "1 mandatory rule broken on 1 resource"],
    ["a rule that remedies left something broken", [sampleRecord(remediating, "fail")], "1 mandatory rule broken"],
    ["an advisory rule ends in an error", [sampleRecord(advisory, "error")], "1 rule ended in an error"],
  ])("is not compliant when %s", (_, records, reason) => {
    const rules = [mandatory, advisory, remediating].filter(({ id }) => records.some(({ policy }) => policy === id));
    const { compliant, sentence } = verdictOf(sampleReview({ rules, records }));
    expect(compliant).toBe(false);
    expect(sentence).toMatch(/^Not compliant: /);
    expect(sentence).toContain(reason);
  });

  it("is compliant although an advisory rule is broken", () => {
    const review = sampleReview({ rules: [advisory], records: [sampleRecord(advisory, "fail")] });
    expect(verdictOf(review).compliant).toBe(true);
  });

  it("takes what is open for broken only where it has to be decided", () => {
    const open = { rules: [mandatory], records: [sampleRecord(mandatory, "undetermined")] };
    expect(verdictOf(sampleReview(open))).toMatchObject({ compliant: true, open: 1 });
    expect(verdictOf(sampleReview({ ...open, undeterminedFails: true }))).toMatchObject({ compliant: false, open: 0 });
  });

  it("is not compliant when a rule left no result, or when there is no rule at all", () => {
    const silent = verdictOf(
      sampleReview({ rules: [mandatory, advisory], records: [sampleRecord(mandatory, "pass")] }),
    );
    expect(silent).toMatchObject({ compliant: false, reasons: ["1 rule left no result"] });
    expect(verdictOf(sampleReview({ rules: [], records: [] })).compliant).toBe(false);
  });

  it("is not compliant when a waiver is not in order, although nothing else is wrong", () => {
    const waivers = [sampleWaiver({ problems: ["it expired on 2026-11-01"] })];
    expect(verdictOf(sampleReview({ waivers }))).toMatchObject({
      compliant: false,
      reasons: ["1 problem with waivers"],
    });
    expect(verdictOf(sampleReview({ waiverProblems: ["x.yaml cannot be read"] })).compliant).toBe(false);
  });
});
