import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Estate } from "./harness/estate.ts";

const canary = "canary-7d1f0a93b2";
const variable = "CHITTYOPS_SECRET_PARTNER_KEY";
const rotated = { [variable]: `${canary}-rotated` };

describe("a provided secret", () => {
  let estate: Estate;
  const said: string[] = [];
  beforeAll(() => {
    estate = new Estate({ [variable]: canary });
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  const run = async (args: string[], environment: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await estate.run(args, environment);
    said.push(stdout, stderr);
    return code;
  };

  it("is taken from the environment", async () => {
    expect(await run(["up"])).toBe(0);
    // Without it, `local` makes a value of its own.
    const generated = estate.state().resources?.filter(({ urn }) => urn.includes("RandomPassword")) ?? [];
    expect(generated.some(({ urn }) => urn.endsWith("/SIGNING_KEY"))).toBe(true);
    expect(generated.some(({ urn }) => urn.endsWith("/PARTNER_KEY"))).toBe(false);
  });

  it("shows in no output, whatever happens to the run", async () => {
    expect(await run(["preview", "--json"], rotated)).toBe(0);
    await estate.admin("faults", {
      method: "POST",
      body: { method: "PUT", path: "*workers/scripts*", action: { type: "status", status: 400 } },
    });
    expect(await run(["up"], rotated)).toBe(1);
    await estate.admin("faults", { method: "DELETE" });
    expect(await run(["up"], rotated)).toBe(0);
    expect(await run(["drift", "--json"], rotated)).toBe(0);
    expect(await run(["status", "--json"])).toBe(0);
    expect(said.filter((text) => text.includes(canary))).toEqual([]);
  });

  it("is nowhere in the state, the logs or the configuration", () => {
    const files = readdirSync(join(estate.home, "local"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      // The embedded cloud holds the secret as Cloudflare would; what it holds is not what this is about.
      .filter((file) => !file.startsWith(join(estate.home, "local/cloud/")));
    expect(files.length).toBeGreaterThan(3);
    expect(files.filter((file) => readFileSync(file).includes(canary))).toEqual([]);
  });
});
