import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { evidenceFiles } from "../policies/evidence/evidence-files.ts";
import {
  sampleRecord,
  sampleReview,
  sampleRule,
  sampleWaiver,
  urnOf,
} from "../policies/evidence/testing/sample-review.ts";
import { validateOscal, validateSarif } from "./harness/validators.ts";

const states = ["pass", "fail", "fail-waived", "not-applicable", "undetermined", "error", "disabled"] as const;

/** A review with every kind of result, on names that formats may not like. */
function everything() {
  const rules = [
    sampleRule("rule-one"),
    sampleRule("rule-waived"),
    sampleRule("T1", { controls: [{ framework: "NIST SP 800-53 r5", id: "AC-4(21)", support: "supporting" }] }),
    sampleRule("rule-without-controls", { controls: [], cannotSee: "", remedy: "" }),
    sampleRule("rule-of-a-statement", { controls: [{ framework: "CJIS 5.9.5", id: "IA-5f", support: "weak" }] }),
  ];
  const names = ["chittyfinance-storage", 'a "name"\nof two lines <b>', "secrets-shared/CHITTY_AUTH_SERVICE_TOKEN"];
  const records = rules.flatMap((rule) =>
    names.flatMap((name) =>
      states.map((state) =>
        sampleRecord(rule, state, {
          resource: { urn: urnOf("a:b:C", name), type: "a:b:C", name },
          message: `${state}\nof ${name}`,
        }),
      ),
    ),
  );
  return sampleReview({ rules, records, waivers: [sampleWaiver()], undeterminedFails: true });
}
const reviews = {
  everything: everything(),
  "in order": sampleReview(),
  nothing: sampleReview({ rules: [], records: [] }),
};

describe("the evidence", () => {
  it("is the same, byte for byte, of the same review", async () => {
    for (const review of Object.values(reviews)) {
      expect(await evidenceFiles(structuredClone(review), undefined)).toEqual(await evidenceFiles(review, undefined));
    }
  });

  // Outside validators are fetched from their registries: too much for each run of the tests.
  if (process.env.CHITTYOPS_TEST_FULL === "1") {
    for (const [name, review] of Object.entries(reviews)) {
      it(`is accepted by SARIF's and OSCAL's own validators: ${name}`, { timeout: 600_000 }, async () => {
        const folder = mkdtempSync(join(tmpdir(), "chittyops-validated-"));
        for (const [file, text] of await evidenceFiles(review, undefined)) writeFileSync(join(folder, file), text);
        expect(await validateSarif(join(folder, "results.sarif"))).not.toMatch(/: error /);
        const said = await validateOscal({
          plan: join(folder, "oscal-assessment-plan.json"),
          results: join(folder, "oscal-assessment-results.json"),
        });
        expect(said.match(/VALID: Model/g)).toHaveLength(2);
        expect(said).not.toContain("INVALID");
      });
    }

    it("would not be accepted with a field that the formats do not have", { timeout: 600_000 }, async () => {
      const folder = mkdtempSync(join(tmpdir(), "chittyops-validated-"));
      for (const [file, text] of await evidenceFiles(reviews.everything, undefined))
        writeFileSync(join(folder, file), text);
      const spoil = (file: string, from: string, to: string) => {
        const path = join(folder, file);
        writeFileSync(path, readFileSync(path, "utf8").replace(from, to));
        return path;
      };
      expect(await validateSarif(spoil("results.sarif", '"ruleId"', '"ruleName"'))).toMatch(/: error /);
      const results = spoil("oscal-assessment-results.json", '"collected"', '"collectedAt"');
      await expect(validateOscal({ results })).rejects.toThrow();
    });
  }
});
