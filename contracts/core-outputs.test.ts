import { describe, expect, it } from "vitest";
import { CoreOutputsError, parseCoreOutputs } from "./core-outputs.ts";

const published = {
  version: 1,
  environment: "prod",
  family: "chittyos",
  accountId: "a".repeat(32),
  zone: { id: "b".repeat(32), domain: "chitty.cc" },
  enrolmentKey: "k".repeat(64),
  keyEpoch: 1,
  configVersion: "c0ffee",
  services: { chittyid: { url: "https://id.chitty.cc", healthUrl: "https://id.chitty.cc/health" } },
  accessAudience: "aud",
};
const producer = "organization/chittyops/prod";
const failure = (value: unknown) => {
  try {
    parseCoreOutputs(value, producer);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("parseCoreOutputs", () => {
  it("reads what version 1 publishes, and does not mind what a later 1.x adds", () => {
    expect(parseCoreOutputs({ ...published, added: true }, producer)).toMatchObject({ family: "chittyos" });
  });

  it.each([
    ["a newer version", { ...published, version: 2 }, "version 2"],
    ["an older version", { ...published, version: 0 }, "version 0"],
    ["no contract", undefined, "publishes no contract"],
    ["a contract without a version", { ...published, version: undefined }, "publishes no contract"],
  ])("refuses %s, naming the stack", (_case, value, why) => {
    const error = failure(value);
    expect(error).toBeInstanceOf(CoreOutputsError);
    expect(String(error)).toContain(producer);
    expect(String(error)).toContain(why);
    expect(String(error)).toContain("Remedy: ");
  });

  it("names each broken field, the stack and its version, and shows no value", () => {
    const error = String(failure({ ...published, accountId: "x", enrolmentKey: "canary", keyEpoch: 0 }));
    for (const part of [producer, "version 1", "accountId", "enrolmentKey", "keyEpoch"]) expect(error).toContain(part);
    expect(error).not.toContain("canary");
  });
});
