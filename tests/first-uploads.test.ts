import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shellStatus } from "../contracts/shell.ts";
import { repositoryRoot } from "../local/engine/home.ts";
import { Estate } from "./harness/estate.ts";

const CHITTYOPS_CATALOG = join(repositoryRoot, "tests/fixtures/moving-catalog.ts");

describe("what a script needs once", () => {
  let estate: Estate;
  let token: string;
  beforeAll(() => {
    estate = new Estate({ CHITTYOPS_CATALOG });
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  /** Brings the estate to a stage; resolves with the names of what was created, updated or deleted. */
  const up = async (stage: number): Promise<string[]> => {
    const { code, stdout, stderr } = await estate.run(["up", "--json"], { CHITTYOPS_TEST_STAGE: String(stage) });
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const { changes } = JSON.parse(stdout) as { changes: { name: string }[] };
    return [...new Set(changes.map(({ name }) => name))].sort();
  };
  const ask = async (service: string, path: string, headers: Record<string, string> = {}) => {
    const { daemon } = await estate.cloud();
    return request(`${daemon.edgeUrl}${path}`, { headers: { host: `${service}.chitty.localhost`, ...headers } });
  };
  /** Names of the bindings that a shell tried, each with what came of it. */
  const tried = async (service: string): Promise<Record<string, string>> => {
    const answer = await ask(service, "/api/v1/status", { authorization: `Bearer ${token}` });
    const { bindings = [] } = shellStatus.parse(await answer.body.json());
    return Object.fromEntries(bindings.map(({ name, status }) => [name, status]));
  };

  it("is made before the script at first", async () => {
    expect(await up(1)).toContain("rooms-migration-v1");
    token = await stackOutput(estate, "shellToken");
    expect(await tried("rooms")).toEqual({ GREETING: "ok", ROOM: "ok" });
  });

  it("is made once more for another migration, while others do not drop a request", async () => {
    let asked = 0;
    const dropped: number[] = [];
    let over = false;
    const load = (async () => {
      while (!over) {
        const { statusCode, body } = await ask("lobby", "/health");
        await body.dump();
        asked += 1;
        if (statusCode !== 200) dropped.push(statusCode);
      }
    })();
    const changed = await up(2);
    over = true;
    await load;
    expect(changed.filter((name) => !name.startsWith("rooms"))).toEqual([]);
    expect(changed).toContain("rooms-migration-v2");
    expect(await tried("rooms")).toEqual({ GREETING: "ok", HALL: "ok", ROOM: "ok" });
    expect(asked).toBeGreaterThan(10);
    expect(dropped).toEqual([]);
  });

  it("is not sent again with the next change", async () => {
    const changed = await up(3);
    expect(changed).toContain("rooms-script");
    expect(changed.filter((name) => name.includes("migration"))).toEqual([]);
  });

  it("lets a binding close a cycle between scripts that are there already", async () => {
    const changed = await up(4);
    expect(changed.filter((name) => name.endsWith("-shell"))).toHaveLength(1);
    expect(await tried("lobby")).toEqual({ DESK: "ok", ROOMS: "ok" });
    expect(await tried("desk")).toEqual({ LOBBY: "ok" });
    expect(await up(4)).toEqual([]);
    expect((await estate.run(["drift"], { CHITTYOPS_TEST_STAGE: "4" })).code).toBe(0);
  });

  it("leaves nothing behind", async () => {
    expect((await estate.run(["destroy", "--yes"], { CHITTYOPS_TEST_STAGE: "4" })).code).toBe(0);
    const { api, accountId } = await estate.cloud();
    const scripts: unknown[] = [];
    for await (const script of api.workers.scripts.list({ account_id: accountId })) scripts.push(script.id);
    expect(scripts).toEqual([]);
  });
});

/** An output of the stack, read with the engine by hand, as the documentation says. */
async function stackOutput(estate: Estate, name: string): Promise<string> {
  const { stdout: settings } = await estate.run(["env"]);
  const read = `${settings}\npulumi stack output ${name} --show-secrets --stack local`;
  const { stdout } = await promisify(execFile)("bash", ["-c", read], { cwd: repositoryRoot });
  return stdout.trim();
}
