import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

// Every run has a home of its own, so that tests never meet a person's embedded cloud, nor each other's.
process.env.CHITTYOPS_HOME = mkdtempSync(join(tmpdir(), "chittyops-test-"));
// Commands that tests start are compiled once.
process.env.NODE_COMPILE_CACHE ||= join(import.meta.dirname, "node_modules", ".cache", "chittyops-compiled");
process.env.CHITTYOPS_TEST_SEED ||= String(Math.floor(Math.random() * 2 ** 31));

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", ".chittyops/**"],
    globalSetup: "tests/global-setup.ts",
    pool: "forks",
    // One more than the cores that are promised: whole-system tests wait a good part of their time.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
