import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probe } from "../cli/cloud/probe.ts";
import { Estate, patience } from "./harness/estate.ts";

describe("a healthy service that gets code which does not work", { timeout: patience }, () => {
  let estate: Estate;
  let edge: string;
  beforeAll(async () => {
    estate = new Estate();
    await estate.succeed(["start"]);
    edge = (await estate.cloud()).daemon.edgeUrl;
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  const healthOf = async (host: string) => (await probe(`http://${host}.chitty.localhost/health`, "ok", edge)).health;

  it.each([
    ["throws-at-start", "chittyregistry-script", "a configuration file is missing"],
    ["says-healthy", "chittyregistry-health", `answered "healthy" where "ok" was expected`],
  ])("%s: up says which and why, and leaves the others alone", async (code, resource, why) => {
    const { code: exit, stderr } = await estate.run(["up"], { CHITTYOPS_TEST_CODE: code });
    expect({ exit, stderr }).toMatchObject({ exit: 1 });
    expect(stderr).toContain(resource);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain("defect of ChittyOps");
    expect(await Promise.all(["ledger", "track"].map(healthOf))).toEqual(["ok", "ok"]);
  });

  it("is healthy again with code that works", async () => {
    await estate.succeed(["up"], { CHITTYOPS_TEST_CODE: "healthy" });
    expect(await healthOf("registry")).toBe("ok");
  });
});
