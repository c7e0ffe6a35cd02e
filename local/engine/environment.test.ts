import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Engine } from "./engine.ts";
import { engineEnvironment } from "./environment.ts";
import { repositoryRoot } from "./home.ts";
import { ourLanguageHost } from "./plugins.ts";
import { fakePulumi, temporaryFolder } from "./testing/fakes.ts";

afterEach(() => vi.unstubAllEnvs());

function engine(official = false): Engine {
  const folder = temporaryFolder();
  const pulumi = fakePulumi(folder);
  return {
    pulumi,
    version: "3.259.0",
    source: "build",
    languageHost: official ? folder : ourLanguageHost,
    attempts: [],
  };
}

/** A machine of somebody who uses Pulumi already. */
function someone(): { home: string; own: string } {
  const home = temporaryFolder();
  const own = temporaryFolder();
  vi.stubEnv("CHITTYOPS_HOME", home);
  vi.stubEnv("PULUMI_HOME", own);
  return { home, own };
}

const sdkVersion = (name: string) =>
  JSON.parse(readFileSync(join(repositoryRoot, "node_modules/@pulumi", name, "package.json"), "utf8"))
    .version as string;

describe("engineEnvironment", () => {
  it("gives the engine a home of its own with stand-ins in the versions that programs ask for", async () => {
    const { home, own } = someone();
    const environment = await engineEnvironment({ engine: engine(), plugins: "stand-in" });
    expect(environment.PULUMI_HOME).toBe(join(home, "local", "pulumi"));
    const plugins = readdirSync(join(home, "local", "pulumi", "plugins")).sort();
    expect(plugins).toEqual([
      "language-nodejs-v3.259.0",
      ...["cloudflare", "command", "random"].map((name) => `resource-${name}-v${sdkVersion(name)}`),
    ]);
    expect(environment.PULUMI_IGNORE_AMBIENT_PLUGINS).toBe("true");
    expect(readdirSync(own)).toEqual([]);
  });

  it("puts the Node that runs this and the engine first on PATH", async () => {
    someone();
    const made = engine();
    const { PATH } = await engineEnvironment({ engine: made, plugins: "stand-in" });
    expect(PATH?.split(":").slice(0, 2)).toEqual([dirname(process.execPath), dirname(made.pulumi)]);
  });

  it("installs plugins that start: each prints a port first", async () => {
    const { home } = someone();
    await engineEnvironment({ engine: engine(), plugins: "stand-in" });
    const folder = join(home, "local", "pulumi", "plugins");
    for (const plugin of readdirSync(folder)) {
      const [executable = ""] = readdirSync(join(folder, plugin));
      const path = join(folder, plugin, executable);
      const child = spawn(path, ["127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      child.kill();
      expect(line.toString()).toMatch(/^\d+\n$/);
    }
  });

  it("leaves the stand-ins out, in another home, when the official plugins are wanted", async () => {
    const { home } = someone();
    const environment = await engineEnvironment({ engine: engine(), plugins: "official" });
    expect(environment.PULUMI_HOME).not.toBe(join(home, "local", "pulumi"));
    expect(readdirSync(join(environment.PULUMI_HOME ?? "", "plugins"))).toEqual(["language-nodejs-v3.259.0"]);
    expect(environment).not.toHaveProperty("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION");
  });

  it("installs no language host beside an official one", async () => {
    const { home } = someone();
    await engineEnvironment({ engine: engine(true), plugins: "official" });
    expect(existsSync(join(home, "local", "pulumi-official", "plugins"))).toBe(false);
  });

  it("leaves a person's own home to them, with our language host on PATH where there is no other", async () => {
    const { home, own } = someone();
    const ours = await engineEnvironment({ engine: engine(), plugins: "official", home: "user" });
    expect(ours).not.toHaveProperty("PULUMI_HOME");
    expect(ours.PATH?.split(":")[0]).toBe(ourLanguageHost);
    const official = await engineEnvironment({ engine: engine(true), plugins: "official", home: "user" });
    expect(official.PATH).not.toContain(ourLanguageHost);
    expect(readdirSync(own)).toEqual([]);
    expect(existsSync(join(home, "local"))).toBe(false);
  });
});
