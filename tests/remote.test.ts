import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountsAndZones } from "../catalog/index.ts";
import { readLocalTokens, startDaemon } from "../local/cloud/client.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { Estate, patience } from "./harness/estate.ts";

// The real environments differ from `local` in how a stack is opened. Here the cloud behind them is an embedded one, seeded with dev's
// account and zone, and the plugins are the stand-ins; backend, passphrase and configuration are the caller's.
describe("an environment with a backend of one's own", { timeout: patience }, () => {
  let estate: Estate;
  let settings: Record<string, string>;
  beforeAll(async () => {
    estate = new Estate();
    const daemon = await startDaemon({ home: estate.home, seed: accountsAndZones("dev") });
    const account = daemon.accounts.find(({ name }) => name === "chittyos");
    const zone = account?.zones.find(({ name }) => name === "chitty.cc");
    const state = join(estate.home, "dev-state");
    mkdirSync(state);
    const configuration = join(estate.home, "dev.yaml");
    const config = {
      "pulumi:disable-default-providers": ["*"],
      "chittyops:operatorEmailDomain": "chitty.cc",
      "chittyops:accountId": account?.id,
      "chittyops:zoneId": zone?.id,
      "chittyops:edgeUrl": daemon.edgeUrl,
    };
    writeFileSync(configuration, JSON.stringify({ config }));
    settings = {
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase of one's own",
      PULUMI_OPTION_CONFIG_FILE: configuration,
      CLOUDFLARE_API_TOKEN: readLocalTokens({ home: estate.home }).accounts.chittyos ?? "",
      CLOUDFLARE_BASE_URL: `${daemon.controlUrl}/client/v4`,
      NEON_API_KEY: readLocalTokens({ home: estate.home }).neon.chittyos ?? "",
      NEON_BASE_URL: `${daemon.controlUrl}/api/v2`,
      CHITTYOPS_PLUGINS: "stand-in",
      CHITTYOPS_SECRET_PARTNER_KEY: "a-key-that-the-partner-gave",
    };
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
