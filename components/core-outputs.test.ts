import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
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

beforeEach(async () => {
  read = [];
  await pulumi.runtime.setMocks({
    newResource({ name }) {
      read.push(name);
      return { id: name, state: { name, outputs: { core }, secretOutputNames: ["core"] } };
    },
    call: () => ({}),
  });
});

const known = <T>(output: pulumi.Output<T>) =>
  new Promise<T>((resolve) => void output.apply((value) => resolve(value)));

describe("coreOutputs", () => {
  it("reads the contract stack of the family, so that no other secret of core can be opened", async () => {
    const { outputs } = coreOutputs("prod", "cook-county");
    expect((await known(outputs)).zone.domain).toBe("chitty.cc");
    expect(read).toEqual(["organization/chittyops-contract/prod-cook-county"]);
    await known(coreOutputs("dev", "chittyos").outputs);
    expect(read.at(-1)).toBe("organization/chittyops/dev");
  });

  it("keeps the key secret, and only the key", async () => {
    const { outputs, enrolmentKey } = coreOutputs("prod", "cook-county");
    expect(await pulumi.isSecret(enrolmentKey)).toBe(true);
    expect(await known(enrolmentKey)).toBe(core.enrolmentKey);
    expect(await pulumi.isSecret(outputs)).toBe(false);
    expect(await known(outputs)).not.toHaveProperty("enrolmentKey");
  });
});
