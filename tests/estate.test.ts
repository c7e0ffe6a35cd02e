import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../local/engine/home.ts";
import { Estate, patience, withDatabase } from "./harness/estate.ts";
import { inventories } from "./harness/inventory.ts";
import { writingRoutes } from "./harness/routes.ts";

const committed = () =>
  ["Pulumi.yaml", "Pulumi.local.yaml"].map((name) => readFileSync(join(repositoryRoot, name), "utf8"));

describe("the estate from nothing", { timeout: patience }, () => {
  let estate: Estate;
  const before = committed();
  beforeAll(() => {
    estate = new Estate(withDatabase);
  });
  afterAll(() => estate[Symbol.asyncDispose]());

  const operations = (stdout: string) => JSON.parse(stdout).counts as Record<string, number>;

  it("is started by one command, every service healthy", async () => {
    const { code, stdout, stderr } = await estate.run(["start"]);
    expect(stderr).toContain("Tool chain");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const rows = stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(/\s{2,}/));
    expect(rows.map(([service, , health]) => [service, health])).toEqual([
      ["chittytrack", "ok"],
      ["chittyregistry", "ok"],
      ["chittyledger", "ok"],
    ]);
    expect(stdout).toMatch(/http:\/\/registry\.chitty\.localhost:\d+/);
  });

  it("leaves the cloud and the state saying the same", async () => {
    const { cloud, state } = await inventories(estate);
    expect(cloud).toEqual(state);
  });

  it("uses the routes that are tested with faults, and no others", async () => {
    const { requests } = (await estate.admin("requests")) as { requests: { method: string; route?: string }[] };
    const used = requests.filter(({ method }) => method !== "GET").map(({ method, route }) => `${method} ${route}`);
    expect([...new Set(used)].sort()).toEqual([...writingRoutes]);
  });

  it("changes nothing when it is started again", async () => {
    const { code, stdout } = await estate.run(["start", "--json"]);
    expect(code).toBe(0);
    expect(Object.keys(operations(stdout))).toEqual(["same"]);
  });

  it("changes only the service that was edited", async () => {
    const { code, stdout } = await estate.run(["up", "--json"], { CHITTYOPS_TEST_EDIT: "edited" });
    expect(code).toBe(0);
    const { changes } = JSON.parse(stdout) as { changes: { name: string }[] };
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.filter(({ name }) => !name.startsWith("chittyregistry-"))).toEqual([]);
  });

  it("has no drift until somebody changes something by hand", async () => {
    const none = await estate.run(["drift", "--json"], { CHITTYOPS_TEST_EDIT: "edited" });
    expect({ code: none.code, drift: JSON.parse(none.stdout).drift }).toEqual({ code: 0, drift: [] });

    const { api, accountId, zoneId } = await estate.cloud();
    await api.workers.scripts.schedules.update("chittyregistry-local", { account_id: accountId, body: [] });
    for await (const { id } of api.workers.routes.list({ zone_id: zoneId }))
      await api.workers.routes.delete(id, { zone_id: zoneId });
    const found = await estate.run(["drift", "--json"], { CHITTYOPS_TEST_EDIT: "edited" });
    expect(found.code).toBe(3);
    const { drift } = JSON.parse(found.stdout) as { drift: { name: string; change: string }[] };
    expect(drift.map(({ name, change }) => `${name} ${change}`).sort()).toEqual([
      "chittyregistry-chitty.localhost/registry/* deleted",
      "chittyregistry-crons changed",
    ]);
  });

  it("is put back by drift --fix", async () => {
    const edit = { CHITTYOPS_TEST_EDIT: "edited" };
    expect((await estate.run(["drift", "--fix"], edit)).code).toBe(2);
    await estate.succeed(["drift", "--fix", "--yes"], edit);
    await estate.succeed(["drift"], edit);
    const { cloud, state } = await inventories(estate);
    expect(cloud).toEqual(state);
  });

  it("keeps its history", async () => {
    const { stdout } = await estate.run(["history", "--json"]);
    const updates = JSON.parse(stdout) as { kind: string; result: string }[];
    expect(updates.length).toBeGreaterThanOrEqual(4);
    expect(new Set(updates.map(({ result }) => result))).toEqual(new Set(["succeeded"]));
  });

  it("is gone after destroy, from the cloud as well", async () => {
    const refused = await estate.run(["destroy"]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("--yes");
    const { code, stderr } = await estate.run(["destroy", "--yes"]);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    const { cloud } = await inventories(estate);
    expect(Object.values(cloud).flat()).toEqual([]);
  });

  it("never touched a committed file", () => {
    expect(committed()).toEqual(before);
  });
});
