import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stopDaemon } from "../local/cloud/client.ts";
import { Estate, patience, withDatabase } from "./harness/estate.ts";
import { inventories } from "./harness/inventory.ts";
import { resourcesInState, until } from "./harness/kill.ts";

const waiting = /being worked on by `chittyops start` \(pid \d+, since .+\)\. Waiting/;

describe("commands that meet", { timeout: patience }, () => {
  let estate: Estate;
  beforeAll(() => {
    estate = new Estate(withDatabase);
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  it("two starts at once: one waits and says for whom, both end well", async () => {
    const first = estate.start(["start", "--json"]);
    await until("the first to work", () => first.stderr().includes("Tool chain"));
    const second = estate.start(["start", "--json"]);
    const results = await Promise.all([first.ended, second.ended]);
    expect(results.map(({ code, stderr }) => (code === 0 ? "ok" : stderr))).toEqual(["ok", "ok"]);
    const [waited, ...others] = results.filter(({ stderr }) => waiting.test(stderr));
    expect(others).toEqual([]);
    expect(JSON.parse(waited?.stdout ?? "").changes).toEqual([]);
    const { cloud, state } = await inventories(estate);
    expect(cloud).toEqual(state);
  });

  it("Ctrl-C lets the engine finish what it does, and the next up goes on", async () => {
    const running = estate.start(["destroy", "--yes"]);
    const before = resourcesInState(estate);
    await until("some resources to be gone", () => resourcesInState(estate) < before - 5);
    running.process.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect({ code, stderr }).toMatchObject({ code: 130 });
    expect(stderr).toContain("Stopping");
    expect(readdirSync(join(estate.home, "local/state/.pulumi/locks/organization/chittyops/local"))).toEqual([]);
    expect(estate.state().pending_operations ?? []).toEqual([]);
    await estate.succeed(["up"]);
    const { cloud, state } = await inventories(estate);
    expect(cloud).toEqual(state);
  });

  it("a port that somebody else took: start names it and what to do", async () => {
    await stopDaemon({ home: estate.home });
    const ports = JSON.parse(readFileSync(join(estate.home, "local/ports.json"), "utf8")) as { control: number };
    const squatter: Server = createServer().listen(ports.control, "127.0.0.1");
    await once(squatter, "listening");
    const { code, stderr } = await estate.run(["start"]);
    squatter.close();
    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stderr).toContain(`Port ${ports.control} is taken`);
    expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);
    expect(existsSync(join(estate.home, "local/daemon.json"))).toBe(false);
  });
});
