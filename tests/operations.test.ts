import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repositoryRoot } from "../local/engine/home.ts";
import { Estate, patience } from "./harness/estate.ts";
import { until } from "./harness/kill.ts";

const withPlane = { CHITTYOPS_CATALOG: join(repositoryRoot, "tests/fixtures/small-catalog-with-plane.ts") };

interface Incident {
  id: string;
  fingerprint: string;
  state: string;
  subject?: string;
}

describe("the operations plane of an estate", { timeout: patience }, () => {
  let estate: Estate;
  const json = async (...args: string[]) => JSON.parse((await estate.succeed([...args, "--json"])).stdout);
  const advance = (time: string) => estate.succeed(["local", "clock", "--advance", time]);
  const open = async (): Promise<Incident[]> => (await json("incidents", "list")).incidents;

  beforeAll(async () => {
    estate = new Estate(withPlane);
    await estate.succeed(["start"]);
  }, patience);
  afterAll(() => estate[Symbol.asyncDispose]());

  it("is there after a start, and knows what was deployed and by what", async () => {
    const { services } = await json("start");
    expect(services.find(({ service }: { service: string }) => service === "chittyops")).toMatchObject({
      health: "ok",
    });
    const records = await json("audit", "list");
    const deployed = records
      .filter(({ action }: { action: string }) => action === "deployment")
      .map(({ subject, outcome }: { subject: string; outcome: string }) => `${subject} ${outcome}`);
    expect(deployed).toEqual(expect.arrayContaining(["chittyops/local done", "chittyops-chitty-apps/local done"]));
  });

  it("finds every service healthy and hears the apps of families, and nothing is wrong", async () => {
    // Schedules fire with the time of their minute, and what is signed then is good for about one.
    for (let step = 0; step < 10; step += 1) await advance("1m");
    await until("the app's tick", async () => (await json("children", "list")).children.length > 0);
    const services = await json("registry", "list");
    expect(services.map(({ name, health }: { name: string; health: string }) => `${name} ${health}`)).toEqual([
      "chittyledger healthy",
      "chittyregistry healthy",
      "chittytrack healthy",
    ]);
    expect((await json("children", "list")).children).toMatchObject([
      { family: "chitty-apps", child: "habit-tracker", condition: "ok" },
    ]);
    expect(await open()).toEqual([]);
  });

  it("opens an incident for a service that is gone within two intervals, and closes it when it is back", async () => {
    const { api, accountId } = await estate.cloud();
    const domains = await api.workers.domains.list({ account_id: accountId, hostname: "track.chitty.localhost" });
    const domain = domains.result[0];
    if (domain?.id === undefined) throw new Error("the service has no domain");
    await api.workers.domains.delete(domain.id, { account_id: accountId });
    await advance("1m");
    await advance("1m");
    await until("the incident", async () => (await open()).some(({ subject }) => subject === "chittytrack"));
    await estate.succeed(["drift", "--fix", "--yes"]);
    await advance("1m");
    await advance("1m");
    await until("its end", async () => (await open()).length === 0);
    const { incidents } = await json("incidents", "list", "--resolved");
    expect(incidents).toContainEqual(expect.objectContaining({ subject: "chittytrack", state: "resolved" }));
  });

  it("takes an incident of a person through its life, and has all of it on record", async () => {
    const { id } = await json("incidents", "open", "Disk fills up", "--severity", "minor", "--family", "chittyos");
    await estate.succeed(["incidents", "ack", id]);
    await estate.succeed(["incidents", "note", id, "--text", "looking"]);
    await estate.succeed(["incidents", "resolve", id, "--resolution", "cleaned up"]);
    const records = await json("audit", "list");
    const actions = records.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(
      expect.arrayContaining(["incident.open", "incident.ack", "incident.note", "incident.resolve"]),
    );
  });

  it("proves its audit trail offline, and an edited record in it is named", async () => {
    const file = join(estate.home, "audit.jsonl");
    await estate.succeed(["audit", "export", file]);
    const { publicKey } = await json("ops");
    await estate.succeed(["audit", "verify", file, "--key", publicKey]);
    writeFileSync(file, readFileSync(file, "utf8").replace('"incident.ack"', '"incident.note"'));
    const { code, stdout, stderr } = await estate.run(["audit", "verify", file, "--key", publicKey]);
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(/was changed/);
  });

  it("finds what only the account tells, and it is an incident until it is put right", async () => {
    const { api, accountId: account_id } = await estate.cloud();
    await api.workers.scripts.subdomain.create("chittytrack-local", { account_id, enabled: true });
    await api.kv.namespaces.create({ account_id, title: "left-over" });
    await api.queues.create({ account_id, queue_name: "nobodys" });
    const { findings, account, unknown } = await json("scan");
    expect(findings).toMatchObject([{ rule: "workers-dev", service: "chittytrack", severity: "major" }]);
    expect(account).toMatchObject([{ kind: "unused-store" }, { kind: "orphan-queue" }]);
    expect(unknown).toContainEqual(expect.stringMatching(/certificates of .*chittytrack.*: there is no TLS/));
    const exposed = "security/workers-dev/chittytrack/chittytrack-local";
    await until("the incident", async () => (await open()).some(({ fingerprint }) => fingerprint === exposed));
    expect((await json("cost")).findings).toMatchObject([{ kind: "orphan-queue" }, { kind: "unused-store" }]);
    await estate.succeed(["drift", "--fix", "--yes"]);
    expect((await json("scan")).findings).toEqual([]);
    await until("its end", async () => (await open()).every(({ fingerprint }) => fingerprint !== exposed));
  });

  it("finds advisories of every Worker by what its build wrote into it, the plane's and the apps' too", async () => {
    const made = {
      id: "TEST-1",
      affected: [
        { package: { ecosystem: "npm", name: "zod" }, ranges: [{ type: "SEMVER", events: [{ introduced: "0" }] }] },
      ],
    };
    const kept = { fetchedAt: "2026-11-26T00:00:00.000Z", source: "https://osv.test", advisories: [made] };
    writeFileSync(join(estate.home, "advisories.json"), JSON.stringify(kept));
    const { findings } = await json("scan");
    const services = findings.map(({ rule, service }: { rule: string; service: string }) => `${rule} ${service}`);
    expect(services).toEqual(expect.arrayContaining(["advisory chittyops", "advisory habit-tracker"]));
  });

  it("finds Workers that nobody declares", async () => {
    const { api, accountId: account_id } = await estate.cloud();
    await estate.succeed(["registry", "sync"]);
    const file = new File(["export default { fetch() {} }"], "w.mjs", { type: "application/javascript+module" });
    const upload = { account_id, metadata: { main_module: "w.mjs" }, files: [file] };
    await api.workers.scripts.update("by-hand", upload, { headers: { "content-type": null } });
    const { code, stdout } = await estate.run(["registry", "sync", "--json"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([1, [{ kind: "undeclared", name: "by-hand" }]]);
    await api.workers.scripts.delete("by-hand", { account_id });
  });

  it("shows in the status what a service costs, and keeps its budget", async () => {
    expect(await json("status")).toContainEqual(
      expect.objectContaining({ service: "chittytrack", dollarsPerMonth: expect.any(Number) }),
    );
    await estate.succeed(["budgets", "set", "chittytrack", "25"]);
    expect(await json("budgets", "list")).toMatchObject([{ service: "chittytrack", dollarsPerMonth: 25 }]);
    await estate.succeed(["budgets", "remove", "chittytrack"]);
    expect(await json("budgets", "list")).toEqual([]);
    expect((await estate.run(["budgets", "set", "chittytrack", "0"])).code).toBe(2);
  });

  it("notices a child that falls silent", async () => {
    const { api, accountId } = await estate.cloud();
    await api.workers.scripts.schedules.update("chitty-apps-habit-tracker-local", { account_id: accountId, body: [] });
    await advance("8m");
    await until("the silence to be noticed", async () => {
      const [child] = (await json("children", "list")).children;
      return child.condition === "silent";
    });
    await until("the incident", async () => (await open()).some(({ fingerprint }) => fingerprint.includes("silent")));
  });
});
