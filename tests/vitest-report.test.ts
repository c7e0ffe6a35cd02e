import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chittyopsHome, repositoryRoot } from "../local/engine/home.ts";
import { readVitestReport } from "./vitest-report.ts";

function report(testResults: object[]): string {
  const path = join(mkdtempSync(join(chittyopsHome(), "report-")), "vitest.json");
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

const test = (fullName: string, status: string, duration = 1) => ({ fullName, status, duration });

describe("readVitestReport", () => {
  it("counts tests, and a file that could not be loaded as one failure", async () => {
    const summary = await readVitestReport(
      report([
        {
          name: join(repositoryRoot, "a.test.ts"),
          status: "passed",
          assertionResults: [test("a", "passed"), test("b", "pending")],
        },
        {
          name: join(repositoryRoot, "b.test.ts"),
          status: "failed",
          assertionResults: [test("c", "failed"), test("d", "passed")],
        },
        { name: join(repositoryRoot, "c.test.ts"), status: "failed", assertionResults: [] },
      ]),
    );
    expect(summary).toMatchObject({ passed: 2, failed: 2, skipped: 1 });
  });

  it("names the ten slowest, longest first", async () => {
    const tests = Array.from({ length: 12 }, (_, index) => test(`number ${index}`, "passed", index));
    const { slowest } = await readVitestReport(
      report([{ name: join(repositoryRoot, "cli/x.test.ts"), status: "passed", assertionResults: tests }]),
    );
    expect(slowest).toHaveLength(10);
    expect(slowest[0]).toEqual({ name: "cli/x.test.ts: number 11", took: 11 });
  });

  it("refuses what is no report", async () => {
    await expect(readVitestReport("/nowhere")).rejects.toThrow();
  });
});
