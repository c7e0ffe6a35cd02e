import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountsAndZones } from "../catalog/index.ts";
import { startDaemon } from "../local/cloud/client.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { Estate, patience } from "./harness/estate.ts";
import { ownBackend } from "./harness/own-backend.ts";

// The real environments differ from `local` in how a stack is opened: backend, passphrase and configuration are the caller's.
describe("an environment with a backend of one's own", { timeout: patience }, () => {
  let estate: Estate;
  let settings: Record<string, string>;
  beforeAll(async () => {
    estate = new Estate();
    const daemon = await startDaemon({ home: estate.home, seed: accountsAndZones("dev") });
    settings = ownBackend(estate.home, daemon, { account: "chittyos", zone: "chitty.cc" });
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  const committed = () => readFileSync(join(repositoryRoot, "Pulumi.dev.yaml"), "utf8");

  it("is made by up, stays as it is by the next, and is shown by status", async () => {
    const before = committed();
    await estate.succeed(["up", "-e", "dev"], settings);
    const again = await estate.succeed(["up", "-e", "dev", "--json"], settings);
    expect(JSON.parse(again.stdout).changes).toEqual([]);
    expect(committed()).toBe(before);
    const { stdout } = await estate.run(["status", "-e", "dev", "--json"], settings);
    const services = JSON.parse(stdout) as { service: string; url: string; version?: string }[];
    expect(services.map(({ service, url }) => `${service} ${url}`).sort()).toEqual([
      "chittyledger https://ledger.dev.chitty.cc",
      "chittyregistry https://registry.dev.chitty.cc",
      "chittytrack https://track.dev.chitty.cc",
    ]);
    expect(services.every(({ version }) => version !== undefined)).toBe(true);
  });

  it("loses nothing without a confirmation", async () => {
    const fewer = { ...settings, CHITTYOPS_TEST_EDIT: "without-archive" };
    const refused = await estate.run(["up", "-e", "dev"], fewer);
    expect({ code: refused.code, stderr: refused.stderr }).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain("deletes R2Bucket chittytrack-archive");
    await estate.succeed(["up", "-e", "dev", "--yes"], fewer);
  });
});
