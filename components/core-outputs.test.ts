import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CoreOutputsError } from "../contracts/core-outputs.ts";
import { coreOutputs } from "./core-outputs.ts";

const core = {
  version: 1,
  environment: "prod",
  family: "cook-county",
  accountId: "a".repeat(32),
  zone: { id: "b".repeat(32), domain: "chitty.cc" },
  enrolmentKey: "k".repeat(64),
  keyEpoch: 1,
  configVersion: "c0ffee",
  services: {},
  accessAudience: "aud",
};
let read: string[];
let published: Record<string, unknown> | undefined;

beforeEach(async () => {
  read = [];
  published = { core };
  await pulumi.runtime.setMocks({
    newResource({ name, type }) {
      read.push(`${type} ${name}`);
      if (type.startsWith("chittyops:")) return { id: name, state: {} };
      return { id: name, state: { name, ...(published && { outputs: published }), secretOutputNames: ["core"] } };
    },
    call: () => ({}),
  });
});
afterEach(() => vi.unstubAllEnvs());

const failure = () =>
  coreOutputs("prod", "cook-county").then(
    () => undefined,
    (error: unknown) => error,
  );

describe("coreOutputs", () => {
  it("reads the contract stack of the family, so that no other secret of core can be opened", async () => {
    const { outputs, stack } = await coreOutputs("prod", "cook-county");
    expect(outputs.zone.domain).toBe("chitty.cc");
    const contract = "organization/chittyops-contract/prod-cook-county";
    // A policy knows the read by the component around it.
    expect(read.sort()).toEqual([
      `chittyops:index:CoreOutputs ${contract}`,
      `pulumi:pulumi:StackReference ${contract}`,
    ]);
    expect(stack).toBe("chittyops-contract/prod-cook-county");
    await coreOutputs("dev", "chittyos");
    expect(read).toContain("pulumi:pulumi:StackReference organization/chittyops/dev");
  });

  it("keeps the key secret, and only the key", async () => {
    const { outputs, enrolmentKey } = await coreOutputs("prod", "cook-county");
    expect(await pulumi.isSecret(enrolmentKey)).toBe(true);
    expect(await new Promise((resolve) => void enrolmentKey.apply(resolve))).toBe(core.enrolmentKey);
    expect(outputs).not.toHaveProperty("enrolmentKey");
  });

  it.each([
    ["does not exist", undefined, ["cannot be read", "npx chittyops up -e prod"]],
    ["is empty", {}, ["publishes no contract", "version 1"]],
    ["has a newer contract", { core: { ...core, version: 2 } }, ["version 2", "reads version 1", "update ChittyOps"]],
    ["has an older contract", { core: { ...core, version: 0 } }, ["version 0", "reads version 1", "npx chittyops up"]],
    ["breaks the contract", { core: { ...core, services: undefined } }, ["version 1", "services"]],
  ])("says which stack %s, and what to do", async (_case, given, parts) => {
    published = given;
    const error = await failure();
    expect(error).toBeInstanceOf(CoreOutputsError);
    for (const part of [...parts, "organization/chittyops-contract/prod-cook-county", "Remedy: "]) {
      expect(String(error)).toContain(part);
    }
    expect(String(error)).not.toContain(core.enrolmentKey);
  });

  it("reads nothing in a preview without credentials", async () => {
    vi.stubEnv("CHITTYOPS_OFFLINE", "1");
    expect((await coreOutputs("prod", "cook-county")).outputs.family).toBe("cook-county");
    expect(read).toEqual([]);
  });
});
