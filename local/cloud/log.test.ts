import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { fileLog } from "./log.ts";

const directory = mkdtempSync(join(tmpdir(), "chittyops-log-"));
const file = join(directory, "logs", "cloud.log");
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("fileLog", () => {
  it("never writes a secret, also one that became known later", () => {
    const secrets = new Set(["s3cret-one"]);
    const log = fileLog(file, { secrets: () => secrets });
    log.info("Worker says s3cret-one and s3cret-one");
    secrets.add("s3cret-two");
    log.error("and s3cret-two\nover lines");
    const text = readFileSync(file, "utf8");
    expect(text).not.toMatch(/s3cret/);
    expect(text).toMatch(/info Worker says \[redacted\] and \[redacted\]\n.* error and \[redacted\]\nover lines\n$/);
  });

  it("begins a new file beyond its limit and keeps one old", () => {
    const log = fileLog(file, { limit: 200 });
    for (let line = 1; line <= 20; line++) log.info(`line ${line}`);
    expect(readFileSync(file, "utf8").length).toBeLessThanOrEqual(200);
    expect(readFileSync(file, "utf8")).toContain("line 20");
    expect(existsSync(`${file}.1`)).toBe(true);
  });
});
