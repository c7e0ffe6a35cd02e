import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { EngineProject } from "../testing/engine-project.ts";

const plain = "name: trial\nruntime: { name: nodejs, options: { typescript: false } }\n";

// One stack for all: each test writes the program it is about.
const made = new EngineProject({ "Pulumi.trial.yaml": "config:\n  trial:greeting: hello\n" });
beforeAll(async () => {
  expect(await made.pulumi("stack", "init", "trial")).toMatchObject({ code: 0 });
  expect(await made.pulumi("config", "set", "--secret", "key", "hunter2")).toMatchObject({ code: 0 });
});
afterEach(() => made.write({ "Pulumi.yaml": plain }));

const program = `
  import * as pulumi from "@pulumi/pulumi";
  import { RandomPassword } from "@pulumi/random";
  const config = new pulumi.Config("trial");
  const password = new RandomPassword("short", { length: 12 });
  interface Seen { where: string }
  export const seen: Seen = { where: [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack()].join("/") };
  export const greeting = config.require("greeting");
  export const key = config.requireSecret("key");
  export const result = password.result;
  console.log("dry run " + pulumi.runtime.isDryRun());`;

const pack = (policy: string) => ({
  "pack/PulumiPolicy.yaml": "name: rules\nruntime: nodejs\n",
  "pack/package.json": '{ "type": "module", "main": "index.js", "version": "0.0.1" }',
  "pack/index.js": `
    import * as pulumi from "@pulumi/pulumi";
    import { PolicyPack } from "@pulumi/policy";
    const config = new pulumi.Config("trial");
    new PolicyPack("rules", { policies: [{ name: "rule", description: "A rule.", enforcementLevel: "mandatory",
      validateResource: (args, report) => { ${policy} } }] });`,
});

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe("a program", () => {
  it("in TypeScript and ESM runs, knows its stack and configuration, and keeps secrets", async () => {
    made.write({ "index.ts": program });
    const preview = await made.pulumi("preview");
    expect(preview).toMatchObject({ code: 0, output: expect.stringContaining("dry run true") });
    const up = await made.pulumi("up", "--yes", "--skip-preview");
    expect(up).toMatchObject({ code: 0, output: expect.stringContaining("dry run false") });
    expect(JSON.parse((await made.pulumi("stack", "output", "--json")).output)).toEqual({
      seen: { where: "organization/trial/trial" },
      greeting: "hello",
      key: "[secret]",
      result: "[secret]",
    });
    const state = readFileSync(join(made.folder, "state/.pulumi/stacks/trial/trial.json"), "utf8");
    expect(state).toContain("random:index/randomPassword:RandomPassword");
    expect(preview.output + up.output + state).not.toContain("hunter2");
  });

  it("is described with its runtime and dependencies", async () => {
    const about = JSON.parse((await made.pulumi("about", "--json")).output);
    expect(about.runtime).toMatchObject({ language: "nodejs", executable: process.execPath, version: process.version });
    expect(about.dependencies).toEqual([{ name: "@pulumi/pulumi", version: expect.stringMatching(/^3\.\d+\.\d+$/) }]);
  });
});

describe("a program that fails", () => {
  it.each<[string, string, RegExp, RegExp]>([
    ["throws", 'throw new Error("no such zone");', /no such zone/, /non-zero exit code/],
    [
      "has told the user already (exit code 32)",
      'console.log("told");\nprocess.exit(32);',
      /told/,
      /non-zero exit code/,
    ],
    ["exits with another code", "process.exit(3);", /Program exited with non-zero exit code: 3/, /nothing/],
    ["is killed", 'process.kill(process.pid, "SIGKILL");', /Program was ended by SIGKILL/, /nothing/],
  ])("because it %s fails the preview with one message", async (_, source, said, unsaid) => {
    made.write({ "index.ts": `${source}\nexport {};` });
    const { code, output } = await made.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toMatch(said);
    expect(output).not.toMatch(unsaid);
  });

  it("because the project's options are wrong, says which", async () => {
    made.write({
      "Pulumi.yaml": "name: trial\nruntime: { name: nodejs, options: { typescript: 'no', nodeargs: 3 } }\n",
    });
    const { code, output } = await made.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toContain('typescript is "no", expected true or false; nodeargs is 3');
  });
});

describe("a policy pack", () => {
  it("stops a preview that breaks a mandatory rule, and knows stack, configuration and dry run", async () => {
    made.write({
      "index.ts": program,
      ...pack(`if (args.type.startsWith("random:")) report([pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(),
        config.get("greeting"), config.get("key") === "hunter2" ? "key right" : "key wrong", "dry " + pulumi.runtime.isDryRun()].join(" "));`),
    });
    const { code, output } = await made.pulumi("preview", "--policy-pack", "pack");
    expect(code).not.toBe(0);
    expect(output).toContain("[mandatory]  rule");
    expect(output).toContain("organization trial trial hello key right dry true");
    expect(output).not.toContain("hunter2");
  });

  it("lets an update through that keeps its rules, and knows that it is no dry run", async () => {
    made.write({ "index.ts": program, ...pack("if (pulumi.runtime.isDryRun()) report('dry');") });
    const { code, output } = await made.pulumi("up", "--yes", "--skip-preview", "--policy-pack", "pack");
    expect(code).toBe(0);
    expect(output).toContain("rules@v0.0.1");
  });

  it("that does not start fails the preview with its own message", async () => {
    made.write({ "index.ts": program, ...pack(""), "pack/index.js": 'throw new Error("pack is broken");' });
    const { code, output } = await made.pulumi("preview", "--policy-pack", "pack");
    expect(code).not.toBe(0);
    expect(output).toContain("pack is broken");
    expect(output).toContain("the policy pack ended before it was ready");
  });
});

describe("a resource plugin written for Node", () => {
  it("is run with the engine's arguments", async () => {
    made.write({
      "Pulumi.yaml": `${plain}plugins:\n  providers:\n    - { name: tiny, path: ./plugin }\n`,
      "index.ts": `
        import * as pulumi from "@pulumi/pulumi";
        class Thing extends pulumi.CustomResource {
          constructor(name: string) { super("tiny:index:Thing", name, { size: 3 }); }
        }
        export const id = new Thing("one").id;`,
      "plugin/PulumiPlugin.yaml": "runtime: nodejs\n",
      "plugin/package.json": '{ "main": "index.js", "version": "0.0.1" }',
      "plugin/index.js": `
        const provider = require("@pulumi/pulumi/provider");
        provider.main({ version: "0.0.1", create: async (urn, inputs) => ({ id: "made-" + inputs.size, outs: inputs }) }, process.argv.slice(2));`,
    });
    const { code, output } = await made.pulumi("up", "--yes", "--skip-preview");
    expect(output).toMatch(/id\s*: "made-3"/);
    expect(code).toBe(0);
  });
});

describe("a program that does not end", () => {
  const hanging = `
    import { writeFileSync } from "node:fs";
    writeFileSync("pids", process.pid + " " + process.ppid);
    setInterval(() => {}, 1000);
    await new Promise(() => {});`;

  it.each<[string, NodeJS.Signals]>([
    ["Ctrl-C", "SIGINT"],
    ["a kill of the engine", "SIGKILL"],
  ])("ends with its host after %s", async (_, signal) => {
    const file = join(made.folder, "pids");
    rmSync(file, { force: true });
    made.write({ "index.ts": hanging });
    const engine = await made.start("preview");
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 60_000, interval: 50 });
    const pids = readFileSync(file, "utf8").split(" ").map(Number);
    expect(pids.map(isAlive)).toEqual([true, true]);
    engine.kill(signal);
    await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 30_000, interval: 50 });
  });
});
