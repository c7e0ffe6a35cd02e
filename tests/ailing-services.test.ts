import { join } from "node:path";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../local/engine/home.ts";
import { type CommandResult, Estate } from "./harness/estate.ts";

const CHITTYOPS_CATALOG = join(repositoryRoot, "tests/fixtures/ailing-catalog.ts");

const ourStackTrace = /\n\s+at .*(node_modules|components|stacks)\//;

describe("services that are not well", () => {
  let estate: Estate;
  beforeAll(() => {
    estate = new Estate({ CHITTYOPS_CATALOG });
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  const made = () => estate.state().resources?.map(({ urn }) => urn.split("::").at(-1) ?? "") ?? [];
  const health = async (service: string) => {
    const { daemon } = await estate.cloud();
    const answer = await request(`${daemon.edgeUrl}/health`, { headers: { host: `${service}.chitty.localhost` } });
    return { status: answer.statusCode, body: await answer.body.text() };
  };

  it("are refused before anything is made when their bundles are not there or not the ones that were meant", async () => {
    const { code, stderr } = await estate.run(["preview"], { CHITTYOPS_TEST_ARTIFACTS: "wrong" });
    expect(code).toBe(1);
    expect(stderr).toContain('services["throwing"].hosting.artifact.path');
    expect(stderr).toContain("no file tests/fixtures/workers/absent.mjs");
    for (const name of ["silent", "hesitant", "ailing", "broken"]) {
      expect(stderr).toContain(`services["${name}"].hosting.artifact.sha256`);
    }
    expect(stderr).not.toMatch(ourStackTrace);
  });

  it("are named by their gates with the reason, and the others go on", async () => {
    const result = await estate.run(["up"]);
    expect(result.code).toBe(1);
    const said = text(result);
    expect(said).toMatch(/throwing is not healthy: http:\S+\/health threw: HTTP 500, error code 1101/);
    expect(said).toMatch(/hesitant is not healthy: http:\S+\/health answered "healthy" where "ok" was expected/);
    expect(said).toMatch(/ailing is not healthy: http:\S+\/health answered HTTP 503: "the database is down"/);
    expect(said).toMatch(/silent is not healthy: http:\S+\/health gave no answer within \d+ ms/);
    expect(said).toContain("misconfigured at start");
    expect(said).not.toMatch(ourStackTrace);
    expect(made()).toContain("chittytrack-crons");
    expect(made()).not.toContain("hesitant-crons");
    expect(await health("track")).toEqual({ status: 200, body: '{"status":"ok"}' });
  });

  it("are asked again by the next run, which keeps what has got well", async () => {
    const { code, stderr, stdout } = await estate.run(["up"], {
      CHITTYOPS_TEST_CURED: "throwing,silent,hesitant,ailing,broken",
    });
    expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
    expect(made()).toContain("hesitant-crons");
    expect(await health("silent")).toEqual({ status: 200, body: '{"status":"ok"}' });
  });
});

function text({ stdout, stderr }: CommandResult): string {
  return `${stdout}\n${stderr}`;
}
