import { describe, expect, it } from "vitest";
import { evidenceFiles } from "../evidence-files.ts";
import { sampleRecord, sampleReview, sampleRule } from "../testing/sample-review.ts";
import { assessmentPlan } from "./assessment-plan.ts";
import { assessmentResults } from "./assessment-results.ts";
import { oscalControl } from "./control-id.ts";

const rule = sampleRule("rule-one");
const second = sampleRule("rule-two", { controls: [{ framework: "NIST SP 800-53 r5", id: "AU-9a", support: "weak" }] });
const resultOf = (review: ReturnType<typeof sampleReview>) => {
  const [result] = assessmentResults(review)["assessment-results"].results;
  if (result === undefined) throw new Error("a result");
  return result;
};

it.each([
  ["SC-28(1)", "sc-28.1", "sc-28.1_smt"],
  ["SC-8", "sc-8", "sc-8_smt"],
  ["IA-5f", "ia-5", "ia-5_smt.f"],
  ["AC-4(21)", "ac-4.21", "ac-4.21_smt"],
])("%s is %s in OSCAL", (id, control, statement) => {
  expect(oscalControl(id)).toEqual({ control, statement });
});

it.each(["T1", "", "SC28", "sc-28.1", "SC-28(1", "SC-28(1) weak"])("%j is no control of the catalogue", (id) => {
  expect(oscalControl(id)).toBeUndefined();
});

describe("the assessment results", () => {
  const records = [
    sampleRecord(rule, "pass"),
    sampleRecord(second, "fail"),
    sampleRecord(rule, "not-applicable"),
    sampleRecord(second, "undetermined"),
  ];
  const review = sampleReview({ rules: [rule, second], records });

  it("observe what holds, and find only what does not", () => {
    const { observations, findings } = resultOf(review);
    expect(observations?.map(({ title }) => title)).toEqual([rule.title, second.title, second.title]);
    expect(findings?.map(({ target }) => [target["target-id"], target.status.state])).toEqual([
      ["au-9_smt.a", "not-satisfied"],
    ]);
    const known = new Set(observations?.map(({ uuid }) => uuid));
    for (const finding of findings ?? []) {
      for (const related of finding["related-observations"]) expect(known).toContain(related["observation-uuid"]);
    }
  });

  it("have no findings where nothing is broken", () => {
    expect(resultOf(sampleReview())).not.toHaveProperty("findings");
  });

  it("count what is open as a finding only where it has to be decided", () => {
    const open = { rules: [rule], records: [sampleRecord(rule, "undetermined")] };
    expect(resultOf(sampleReview(open))).not.toHaveProperty("findings");
    expect(resultOf(sampleReview({ ...open, undeterminedFails: true })).findings).toMatchObject([
      { target: { status: { state: "not-satisfied", reason: "other" } } },
    ]);
  });

  it("import the plan, and speak of resources that they define", () => {
    expect(assessmentResults(review)["assessment-results"]["import-ap"].href).toBe("oscal-assessment-plan.json");
    const { observations, "local-definitions": definitions } = resultOf(review);
    const items = new Set(definitions?.["inventory-items"].map(({ uuid }) => uuid));
    for (const { subjects } of observations ?? []) {
      for (const subject of subjects) expect(items).toContain(subject["subject-uuid"]);
    }
  });

  it("name every thing once, and the same the next time", () => {
    const uuids = (value: unknown): string[] =>
      Object.entries(value ?? {}).flatMap(([key, inner]) =>
        key === "uuid" ? [String(inner)] : typeof inner === "object" ? uuids(inner) : [],
      );
    const all = [...uuids(assessmentPlan(review)), ...uuids(assessmentResults(review))];
    expect(new Set(all).size).toBe(all.length);
    expect(
      all.every((uuid) => /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid)),
    ).toBe(true);
    expect([...uuids(assessmentPlan(review)), ...uuids(assessmentResults(review))]).toEqual(all);
  });
});

it("no file of the evidence claims that something is satisfied", async () => {
  const files = await evidenceFiles(
    sampleReview({ rules: [rule, second], records: [sampleRecord(rule, "pass"), sampleRecord(second, "fail")] }),
    undefined,
  );
  for (const [name, text] of files) {
    expect({ name, claims: text.match(/(?<!not-)satisf\w*/gi) }).toEqual({ name, claims: null });
  }
});
