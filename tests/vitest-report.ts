import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { z } from "zod";
import { repositoryRoot } from "../local/engine/home.ts";

/** The part of vitest's JSON report that is read here; durations in milliseconds. */
const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string(), duration: z.number().nullish() })),
    }),
  ),
});

export interface TestSummary {
  passed: number;
  failed: number;
  skipped: number;
  /** Longest first; `took` in milliseconds. */
  slowest: { name: string; took: number }[];
}

/** Counts what vitest ran. A file that could not even be loaded is one failure. */
export async function readVitestReport(path: string): Promise<TestSummary> {
  const { testResults } = report.parse(JSON.parse(await readFile(path, "utf8")));
  const tests = testResults.flatMap((file) =>
    file.assertionResults.map((test) => ({
      ...test,
      name: `${relative(repositoryRoot, file.name)}: ${test.fullName}`,
    })),
  );
  const broken = testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  const passed = tests.filter(({ status }) => status === "passed").length;
  const failed = tests.filter(({ status }) => status === "failed").length;
  return {
    passed,
    failed: failed + broken.length,
    skipped: tests.length - passed - failed,
    slowest: tests
      .map(({ name, duration }) => ({ name, took: duration ?? 0 }))
      .sort((a, b) => b.took - a.took)
      .slice(0, 10),
  };
}
