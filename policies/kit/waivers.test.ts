import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadWaivers, waiverProblems } from "./load-waivers.ts";
import { readWaiver } from "./waivers.ts";

test("a waiver with ten mistakes is told all of them", () => {
  const { waiver, problems } = readWaiver(
    {
      id: "Bad Id",
      policy: "no-such-rule",
      urn: "urn:pulumi:prod::*",
      category: "exception",
      reason: "because",
      compensatingControl: "",
      requester: "Ann",
      approver: " ann",
      approvedOn: "2024-01-01",
      expiresOn: "2026-01-01",
      violationHash: "abc",
    },
    new Set(["min-tls"]),
    "2026-11-26",
  );
  expect(waiver).toBeUndefined();
  const fields = problems.map((problem) => problem.split(": ")[0]);
  expect([...new Set(fields)].sort()).toEqual([
    "approver",
    "category",
    "compensatingControl",
    "expiresOn",
    "id",
    "policy",
    "reason",
    "ticket",
    "urn",
    "violationHash",
  ]);
});

test("a folder of waivers names the file that is no YAML, and the one that holds no waiver", () => {
  const folder = mkdtempSync(join(tmpdir(), "waivers-"));
  try {
    writeFileSync(join(folder, "broken.yaml"), "id: [");
    writeFileSync(join(folder, "empty.yaml"), "");
    const files = loadWaivers(new Set(), "2026-11-26", folder);
    expect(files.map(({ file, waiver }) => [file, waiver])).toEqual([
      ["broken.yaml", undefined],
      ["empty.yaml", undefined],
    ]);
    const told = waiverProblems(files).map((problem) => problem.split(":")[0]);
    expect([...new Set(told)]).toEqual(["broken.yaml", "empty.yaml"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
