import { expect, it } from "vitest";
import { changesSince } from "./changes.ts";
import { sampleRecord, sampleReview, sampleRule } from "./testing/sample-review.ts";

const rules = ["broken", "mended", "same", "added", "removed"].map((id) => sampleRule(id));
const [broken, mended, same, added, removed] = rules;
if (!broken || !mended || !same || !added || !removed) throw new Error("five rules");

it("says what became better or worse, what came and what went, and nothing of what stayed as it was", () => {
  const before = sampleReview({
    rules,
    records: [
      sampleRecord(broken, "pass"),
      sampleRecord(mended, "fail"),
      sampleRecord(same, "fail"),
      sampleRecord(removed, "undetermined"),
    ],
  });
  const after = sampleReview({
    rules,
    records: [
      sampleRecord(broken, "fail"),
      sampleRecord(mended, "pass"),
      sampleRecord(same, "fail"),
      sampleRecord(added, "error"),
    ],
  });
  expect(changesSince(before, after).map(({ policy, kind }) => `${policy} ${kind}`)).toEqual([
    "added new",
    "broken worse",
    "mended better",
    "removed gone",
  ]);
});

it("does not mention a new resource on which a rule holds", () => {
  const one = sampleRule("one");
  const other = { urn: "urn:pulumi:prod::chittyops::a:b:C::other", type: "a:b:C", name: "other" };
  const before = sampleReview({ rules: [one], records: [sampleRecord(one, "pass")] });
  const after = sampleReview({
    rules: [one],
    records: [sampleRecord(one, "pass"), sampleRecord(one, "pass", { resource: other })],
  });
  expect(changesSince(before, after)).toEqual([]);
});
