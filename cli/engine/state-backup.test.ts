import { describe, expect, it } from "vitest";
import { type StateBackup, sealBackup, unsealBackup } from "./state-backup.ts";

const backup: StateBackup = {
  version: 1,
  project: "chittyops",
  stack: "local",
  at: "2026-11-22T10:00:00.000Z",
  state: { version: 3, deployment: { resources: [], manifest: { version: "3.259.0" } } },
  configuration: { name: "Pulumi.local.yaml", text: "config: {}\n" },
  passphraseFile: "/home/ada/passphrase",
};
const own = { project: "chittyops", stack: "local" };

describe("a state backup", () => {
  it("comes back as it was made", () => {
    expect(unsealBackup(sealBackup(backup), "f", own)).toEqual(backup);
  });

  it.each([
    ["that was changed", sealBackup(backup).replace("3.259.0", "3.259.1"), "checksum"],
    ["that was cut off", sealBackup(backup).slice(0, 200), "no backup"],
    ["that is something else", "{}", "no backup"],
  ])("%s is refused", (_, text, reason) => {
    expect(() => unsealBackup(text, "f", own)).toThrow(reason);
  });

  it("of another stack is refused", () => {
    expect(() => unsealBackup(sealBackup(backup), "f", { project: "chittyops", stack: "prod" })).toThrow(
      "it is of chittyops/local, not of chittyops/prod",
    );
  });
});
