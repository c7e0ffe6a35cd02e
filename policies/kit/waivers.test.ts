import { expect, test } from "vitest";
import { readWaiver } from "./waivers.ts";

test("a waiver with ten mistakes is told all of them", () => {
  const { waiver, problems } = readWaiver(
    "waivers/bad.yaml",
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
  const fields = problems.map((problem) => problem.split(": ")[1]);
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
  expect(problems.every((problem) => problem.startsWith("waivers/bad.yaml: "))).toBe(true);
});
