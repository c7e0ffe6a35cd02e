// `npm test`: everything that must hold, one after the other, all of it even when some of it fails.
//   --full         the long matrices of kills, faults and cases whole, not sampled
//   --checks-only  the static checks without the tests
// Arguments that follow are handed to vitest, e.g. a folder.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repositoryRoot } from "../local/engine/home.ts";
import { type Check, runCheck } from "./check.ts";
import { readVitestReport, type TestSummary } from "./vitest-report.ts";

const { values: flags, positionals } = parseArgs({
  options: { full: { type: "boolean" }, "checks-only": { type: "boolean" } },
  allowPositionals: true,
});
if (flags.full) process.env.CHITTYOPS_TEST_FULL = "1";
process.env.CHITTYOPS_TEST_SEED ||= String(Math.floor(Math.random() * 2 ** 31));

const bin = (name: string) => join(repositoryRoot, "node_modules", ".bin", name);
const checks: Check[] = [
  { title: "artifact build", command: process.execPath, args: ["local/engine/build.ts"] },
  { title: "biome", command: bin("biome"), args: ["ci", "--colors=off", "--max-diagnostics=50"] },
  { title: "tsc", command: bin("tsc"), args: ["--incremental", "--tsBuildInfoFile", "node_modules/.cache/tsc.json"] },
  { title: "dependency-cruiser", command: bin("depcruise"), args: ["--config", ".dependency-cruiser.mjs", "."] },
  { title: "knip", command: bin("knip"), args: ["--no-progress"] },
];

const total: TestSummary = { passed: 0, failed: 0, skipped: 0, slowest: [] };
heading("checks");
for (const check of checks) {
  if (await runCheck(check)) total.passed += 1;
  else total.failed += 1;
}
if (!flags["checks-only"]) {
  heading("tests");
  const tests = await runVitest(positionals);
  total.passed += tests.passed;
  total.failed += tests.failed;
  total.skipped += tests.skipped;
  heading("slowest");
  for (const { name, took } of tests.slowest) console.log(`${(took / 1000).toFixed(1).padStart(7)} s  ${name}`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

/** A run that ends badly without a failed test, or that ran nothing, counts as one failure. */
async function runVitest(only: string[]): Promise<TestSummary> {
  const folder = await mkdtemp(join(tmpdir(), "chittyops-report-"));
  const report = join(folder, "vitest.json");
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...only];
  const vitest = spawn(bin("vitest"), args, { cwd: repositoryRoot, stdio: ["ignore", "inherit", "inherit"] });
  const exit = await new Promise<number | string>((done) => {
    vitest.on("error", (error) => done(error.message));
    vitest.on("close", (code, signal) => done(code ?? signal ?? 1));
  });
  const summary = await readVitestReport(report).catch((error: Error) => {
    console.log(`vitest left no report that can be read: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0, slowest: [] };
  });
  await rm(folder, { recursive: true, force: true });
  if (summary.failed === 0 && (exit !== 0 || summary.passed === 0)) {
    console.log(exit !== 0 ? `vitest ended with ${exit} although no test failed` : "no test ran");
    summary.failed = 1;
  }
  return summary;
}

function heading(text: string): void {
  console.log(`\n── ${text} ──`);
}
