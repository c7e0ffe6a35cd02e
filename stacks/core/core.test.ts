import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { resolve } from "../../catalog/index.ts";
import { repositoryPath } from "../../components/program-path.ts";
import { type Registered, runProgram } from "../../components/testing/mock-engine.ts";
import { coreOutputsSchema } from "../../contracts/core-outputs.ts";
import { registryRecord } from "../../contracts/registry-record.ts";
import { shellManifest, shellManifestBinding } from "../../contracts/shell.ts";
import program from "./index.ts";

const config = {
  "chittyops:accountId": "a".repeat(32),
  "chittyops:zoneId": "b".repeat(32),
  "chittyops:operatorEmailDomain": "chitty.example",
  "chittyops:accessTeam": "chitty",
};
const estate = resolve("local", "chittyos");
const embedded = {
  ...config,
  "chittyops:cloudflareBaseUrl": "http://127.0.0.1:41801/client/v4",
  "chittyops:edgeUrl": "http://127.0.0.1:41802",
};
const run = (stack: string, settings: Record<string, string>, preview = false) =>
  runProgram(program, { project: "chittyops", stack, config: settings, preview });

const script = "cloudflare:index/workersScript:WorkersScript";
const named = (registered: Registered[], type: string) => registered.filter((resource) => resource.type === type);
const settled = (given: Record<string, unknown>): Promise<Record<string, unknown>> =>
  new Promise((resolve) => void pulumi.output(given).apply(resolve));
const urnsOf = (resource: Registered | undefined) =>
  resource?.dependencies.map((dependency) => dependency.split("::").at(-1)) ?? [];

afterEach(() => vi.unstubAllEnvs());

/** Programs take seconds, so what many tests look at is made once. */
let local: Awaited<ReturnType<typeof run>>;
const offline: Record<string, Registered[]> = {};
beforeAll(async () => {
  local = await run("local", embedded);
  for (const stack of ["dev", "prod"]) {
    vi.stubEnv("CHITTYOPS_OFFLINE", "1");
    offline[stack] = (await run(stack, config, true)).registered;
    vi.unstubAllEnvs();
  }
}, 60_000);

describe("the core stack", { timeout: 60_000 }, () => {
  it("makes the whole estate of local in fewer than 500 resources, each under its own name", () => {
    const { registered, result } = local;
    expect(registered.length).toBeLessThan(500);
    expect(named(registered, "chittyops:index:ChittyService")).toHaveLength(estate.services.length);
    // The health of each, and of the operations plane.
    expect(named(registered, "command:local:Command")).toHaveLength(estate.services.length + 1);
    expect(named(registered, "cloudflare:index/workersKv:WorkersKv")).toHaveLength(estate.services.length);
    const names = registered.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(coreOutputsSchema.shape.services.safeParse((result.core as { services: unknown }).services).success).toBe(
      true,
    );
  });

  it("enters every service in the registry, and tells each shell what it stands in for", () => {
    const { registered } = local;
    const records = named(registered, "cloudflare:index/workersKv:WorkersKv").map(({ inputs }) =>
      registryRecord.parse(JSON.parse(String(inputs.value))),
    );
    expect(records.find(({ name }) => name === "chittyforce")).toMatchObject({
      subtype: "replit",
      version: "shell",
      health_check: { expect: "healthy" },
    });
    const mcp = records.find(({ name }) => name === "chittymcp");
    expect(mcp?.mcp_url).toMatch(/^http:\/\/mcp\.chitty\.localhost.*\/mcp$/);
    expect(mcp?.dependencies).toContainEqual({ kind: "service", name: "chittyauth" });
    const manifests = named(registered, script).flatMap(({ inputs }) =>
      ((inputs.bindings ?? []) as { name: string; text: string }[])
        .filter(({ name }) => name === shellManifestBinding)
        .map(({ text }) => shellManifest.parse(JSON.parse(text))),
    );
    // One more stands in for the scripts that nobody here deploys.
    expect(manifests).toHaveLength(estate.services.length + 1);
  });

  it("uploads a script after its migrations and after the scripts that it binds, and sets its crons last", () => {
    const { registered } = local;
    const find = (type: string, name: string) => registered.find((found) => found.type === type && found.name === name);
    expect(urnsOf(find(script, "chittyrouter-script"))).toContain("chittyrouter-migration-v5");
    expect(urnsOf(find(script, "chittyrouter-migration-v2"))).toContain("chittyrouter-migration-v1");
    expect(find(script, "chittyrouter-migration-v2")?.inputs.migrations).toMatchObject({
      oldTag: "v1",
      newTag: "v2",
    });
    expect(find(script, "chittyrouter-script")?.inputs).not.toHaveProperty("migrations");
    expect(urnsOf(find(script, "chittyfinance-script"))).toContain("chittytrack-script");
    expect(urnsOf(find("cloudflare:index/workersCronTrigger:WorkersCronTrigger", "chittyfinance-crons"))).toContain(
      "chittyfinance-health",
    );
  });

  it("breaks the cycle of bindings with an upload that binds no other Worker", () => {
    const { registered } = local;
    const shell = registered.find(({ name }) => name === "chittyledger-shell");
    expect(shell).toMatchObject({ retainOnDelete: true, dependencies: [] });
    expect(shell?.inputs).not.toHaveProperty("bindings");
    // Whatever else it was made with may change without it; a new name needs a new one.
    const { accountId: _accountId, scriptName: _scriptName, ...rest } = shell?.inputs ?? {};
    expect(shell?.ignoreChanges).toEqual(expect.arrayContaining(Object.keys(rest)));
    expect(shell?.ignoreChanges).not.toContain("scriptName");
  });

  it("protects what holds data in prod, and only there", () => {
    const data = offline.prod?.filter(({ type }) => /:(R2Bucket|D1Database)$/.test(type));
    expect(data?.length).toBeGreaterThan(0);
    expect(data?.every((resource) => resource.protect)).toBe(true);
    expect(offline.dev?.some((resource) => resource.protect)).toBe(false);
  });

  it("touches the zone's settings only where it owns the zone", () => {
    const settings = (stack: string) => offline[stack]?.filter(({ type }) => /zoneSetting|ruleset/.test(type)).length;
    expect(settings("prod")).toBeGreaterThan(0);
    expect(settings("dev")).toBe(0);
  });

  it("shows no secret and no path of the checkout to a reader without the stack's key", async () => {
    const provided = resolve("dev", "chittyos").services.flatMap(({ secrets }) =>
      secrets.flatMap((secret) => (secret.source === "provided" ? [secret.variable] : [])),
    );
    expect(provided.length).toBeGreaterThan(0);
    for (const variable of provided) vi.stubEnv(variable, `canary-${variable}`);
    const { registered } = await run("dev", config);
    const bindings = JSON.stringify(registered.map(({ inputs }) => inputs));
    expect(bindings).toContain(`canary-${provided[0]}`);
    const plain = registered.map((resource) => resource.plain).join("\n");
    expect(plain).not.toContain("canary-");
    expect(plain).not.toContain("generated-");
    expect(plain).not.toContain(repositoryPath());
  });

  it("refuses to run without its configuration, naming each key", async () => {
    await expect(run("dev", {})).rejects.toThrow(
      /chittyops:accountId[\s\S]*chittyops:zoneId[\s\S]*operatorEmailDomain/,
    );
  });

  it("names every provided secret that is not there", async () => {
    await expect(run("dev", config)).rejects.toThrow(
      /CHITTYOPS_SECRET_[A-Z_]+ in the environment[\s\S]*CHITTYOPS_SECRET_/,
    );
  });

  it("names the team at Access where it is not given, with everything else", async () => {
    const { "chittyops:accessTeam": _, ...rest } = config;
    await expect(run("dev", rest)).rejects.toThrow(/CHITTYOPS_SECRET_[\s\S]*chittyops:accessTeam/);
  });

  it("has the plane take the keys of all epochs that are good, and children get the last", async () => {
    const { registered, result } = await run("local", {
      ...embedded,
      "chittyops:keyEpoch": "3",
      "chittyops:oldestKeyEpoch": "2",
    });
    const plane = named(registered, script).find(({ name }) => name === "chittyops-script");
    const bindings = (plane?.inputs.bindings ?? []) as { name: string; text: string }[];
    const taken = JSON.parse(bindings.find(({ name }) => name === "FAMILY_KEYS")?.text ?? "{}");
    expect(taken["cook-county"]).toEqual({
      2: "generated-enrolment-key-cook-county-2",
      3: "generated-enrolment-key-cook-county-3",
    });
    const { core, enrolmentKeys } = await settled(result);
    expect(core).toMatchObject({ keyEpoch: 3, enrolmentKey: "generated-enrolment-key-chittyos-3" });
    expect(enrolmentKeys).toMatchObject({ "cook-county": "generated-enrolment-key-cook-county-3" });
    // Once it is out of these, a key is gone, and with it whoever still uses it.
    const names = registered.map(({ name }) => name).filter((name) => name.startsWith("enrolment-key-cook-county"));
    expect(names).toEqual(["enrolment-key-cook-county-2", "enrolment-key-cook-county-3"]);
  });

  it("refuses an epoch of keys that is newer than that of now", async () => {
    await expect(run("local", { ...embedded, "chittyops:oldestKeyEpoch": "2" })).rejects.toThrow(
      /chittyops:oldestKeyEpoch[\s\S]*found 2; expected[\s\S]*pulumi config rm/,
    );
  });

  it("does not update anything with the dummies of an offline preview", async () => {
    vi.stubEnv("CHITTYOPS_OFFLINE", "1");
    await expect(run("dev", config)).rejects.toThrow(/unset CHITTYOPS_OFFLINE/);
  });

  it("refuses a stack that is no environment", async () => {
    await expect(run("staging", config)).rejects.toThrow(/staging/);
  });
});
