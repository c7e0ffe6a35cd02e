import { readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpsConfigurationInput } from "../../../contracts/ops-plane.ts";
import { opsBundle, opsCompatibility, opsObjects, opsVariable } from "../../../contracts/ops-plane.ts";
import type { Challenge, Registered, Registration, RegistryDetail } from "../../../contracts/ops-registry.ts";
import { recordPrefix } from "../../../contracts/registry-record.ts";
import { nodePlane, operatorToken, people } from "../testing/node-plane.ts";
import { WatchedEstate } from "./testing/watched-estate.ts";

/** Everything below `.localhost` but the plane: what each host answers is kept in KV, as a status and a body. */
const edge = `export default {
  async fetch(request, env) {
    const { host, pathname } = new URL(request.url);
    const found = await env.ANSWERS.get(host + pathname, "json");
    return found ? new Response(found.body, { status: found.status, headers: found.headers }) : new Response("nobody", { status: 530 });
  },
};`;

let miniflare: Miniflare;
/** Of the crons. The first ones are late, as after an advance of the clock: what would have been seen in between is made up for. */
let now = Date.now() - 210_000;
beforeAll(async () => {
  const { env } = await nodePlane();
  const configuration: OpsConfigurationInput = {
    ...JSON.parse(env.OPS),
    synthetics: [
      { name: "front-page", url: "http://chitty.localhost/", contains: "<title>Chitty", family: "chittyos" },
    ],
  };
  const plane = {
    name: "ops",
    routes: ["ops.test/*"],
    modules: [
      {
        type: "ESModule" as const,
        path: "index.mjs",
        contents: readFileSync(join(import.meta.dirname, "../../..", opsBundle), "utf8"),
      },
    ],
    compatibilityDate: opsCompatibility.date,
    compatibilityFlags: [...opsCompatibility.flags],
    bindings: {
      [opsVariable]: JSON.stringify(configuration),
      SIGNING_KEY: env.SIGNING_KEY,
      FAMILY_KEYS: env.FAMILY_KEYS,
    },
    kvNamespaces: { REGISTRY_RECORDS: "records" },
    r2Buckets: { AUDIT_ARCHIVE: "audit" },
    queueProducers: { EVENT_QUEUE: "events" },
    durableObjects: Object.fromEntries(opsObjects.map(({ name, className }) => [name, { className, useSQLite: true }])),
    outboundService: "edge",
  };
  const services = {
    name: "edge",
    modules: [{ type: "ESModule" as const, path: "index.mjs", contents: edge }],
    compatibilityDate: opsCompatibility.date,
    kvNamespaces: { ANSWERS: "answers" },
  };
  miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [plane, services] }));
  await miniflare.ready;
  const estate = new WatchedEstate();
  for (const name of ["finance", "id", "county"]) {
    const url = `http://${name}.chitty.localhost/health`;
    const family = name === "county" ? "cook-county" : "chittyos";
    estate.deploy(name, { health_check: { url, expect: "ok" }, endpoints: [url], family });
    await answer(`${name}.chitty.localhost/health`, '{"status":"ok"}');
  }
  await answer("chitty.localhost/", "<html><title>Chitty</title>");
  const records = await miniflare.getKVNamespace("REGISTRY_RECORDS", "ops");
  for (const [name, record] of estate.catalog) await records.put(recordPrefix + name, JSON.stringify(record));
  await records.put(`${recordPrefix}broken`, '{"name":"broken"}');
}, 60_000);
afterAll(() => miniflare?.dispose());

async function answer(where: string, body: string, status = 200, headers: Record<string, string> = {}): Promise<void> {
  const answers = await miniflare.getKVNamespace("ANSWERS", "edge");
  await answers.put(where, JSON.stringify({ body, status, headers }));
}

async function ask(path: string, { as = people.admin as string, ...init }: RequestInit & { as?: string } = {}) {
  const headers = { authorization: `Bearer ${await operatorToken(as)}`, "content-type": "application/json" };
  const response = await miniflare.dispatchFetch(`http://ops.test${path}`, {
    ...init,
    headers: { ...headers, ...(init.headers as Record<string, string>) },
  } as never);
  return response as unknown as Response;
}
const post = (path: string, body: unknown, more: RequestInit & { as?: string } = {}) =>
  ask(path, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), ...more });
const read = async <T = RegistryDetail>(path: string, as?: string): Promise<T> =>
  (await (await ask(path, { ...(as !== undefined && { as }) })).json()) as T;

async function cron(): Promise<void> {
  now += 60_000;
  const worker = await miniflare.getWorker("ops");
  await worker.scheduled({ cron: "* * * * *", scheduledTime: new Date(now) });
}

describe("the deployed directory", { timeout: 60_000 }, () => {
  it("registers the catalog's services by their records, looks at them each minute, and lists them", async () => {
    await cron();
    const { services } = await read<{ services: object[] }>("/api/v1/services");
    expect(services).toMatchObject([
      { name: "county", health: "healthy", family: "cook-county" },
      { name: "finance", health: "healthy", source: "catalog", latency: expect.any(Number) },
      { name: "id", health: "healthy" },
    ]);
    expect(await read("/api/v1/health")).toMatchObject({
      counts: { healthy: 3 },
      synthetics: [{ name: "front-page", health: "healthy" }],
    });
    expect(await read("/api/v1/services?family=cook-county&health=healthy")).toMatchObject({
      services: [{ name: "county" }],
    });
    expect(await read("/api/v1/search?q=what+finance")).toMatchObject({ services: [{ name: "finance" }] });
    expect(await read("/api/v1/stats")).toMatchObject({ services: 3, byHealth: { healthy: 3 } });
    expect(await read("/api/v1/categories")).toEqual({ categories: [{ name: "worker", services: 3 }] });
    expect(await read("/api/v1/manifest?limit=1")).toMatchObject({ environment: "local", next: "county" });
    expect(await read("/v0.1/servers")).toEqual({ servers: [], metadata: { count: 0 } });
    expect(await read("/api/v1/tools")).toEqual({ tools: [] });
  });

  it("opens an incident for a service that dies within two crons, and clears it", async () => {
    await answer("finance.chitty.localhost/health", "broken", 500);
    await cron();
    await cron();
    expect(await read("/api/v1/services/finance")).toMatchObject({ health: "unhealthy" });
    const { incidents } = await read<{ incidents: object[] }>("/api/v1/incidents");
    expect(incidents).toMatchObject([
      { fingerprint: "service-down/finance", title: "finance is unhealthy", state: "open" },
    ]);
    await answer("finance.chitty.localhost/health", '{"status":"ok"}');
    await cron();
    const detail = await post("/api/v1/services/finance/check", "");
    expect(await detail.json()).toMatchObject({ name: "finance", health: "healthy" });
    expect(await read("/api/v1/incidents?state=current")).toMatchObject({ incidents: [] });
    const { events } = await read<{ events: { event: { type: string } }[] }>("/api/v1/events?topic=cc.chitty.service");
    const types = events.map(({ event }) => event.type);
    expect(types).toEqual(expect.arrayContaining(["cc.chitty.service.unhealthy", "cc.chitty.service.healthy"]));
  });

  it("takes a service that shows that its endpoint is its own, and hears it", async () => {
    const endpoint = "http://beacon.chitty.localhost/";
    const asked = await post("/api/v1/challenge", { name: "beacon", endpoint });
    expect(asked.status).toBe(201);
    const { token, proof, url } = (await asked.json()) as Challenge;
    const wanted: Registration = {
      challenge: token,
      service_name: "beacon",
      service_type: "package",
      endpoint,
      version: "1.0.0",
      metadata: {
        description: "Beats.",
        family: "chittyos",
        owner: "chittyos",
        tier: 3,
        health_status: "ok",
        tools: [],
        dependencies: [],
      },
    };
    await answer(`beacon.chitty.localhost${new URL(url).pathname}`, "other");
    expect((await post("/api/v1/services", wanted)).status).toBe(403);
    await answer(`beacon.chitty.localhost${new URL(url).pathname}`, proof);
    const taken = await post("/api/v1/services", wanted);
    expect(taken.status).toBe(201);
    const { id, token: bearer } = (await taken.json()) as Registered;
    const heard = await post(
      `/api/v1/services/${id}/heartbeat`,
      {},
      { headers: { authorization: `Bearer ${bearer}` } },
    );
    expect(await heard.json()).toEqual({ service: "beacon" });
    expect(await read("/api/v1/services/beacon")).toMatchObject({ source: "registered", health: "healthy" });
    expect((await ask(`/api/v1/services/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await ask("/api/v1/services/beacon")).status).toBe(404);
  });

  it("keeps windows of maintenance, in pages, until they are ended", async () => {
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    const planned = await post("/api/v1/maintenance", {
      family: "chittyos",
      services: ["finance"],
      reason: "move",
      endsAt,
    });
    expect(planned.status).toBe(201);
    const { id } = (await planned.json()) as { id: string };
    expect(await read("/api/v1/services/finance")).toMatchObject({ maintenance: true });
    expect(await read("/api/v1/maintenance", people.clerk)).toEqual({ windows: [] });
    expect((await ask(`/api/v1/maintenance/${id}`, { method: "DELETE", as: people.clerk })).status).toBe(404);
    expect((await ask(`/api/v1/maintenance/${id}`, { method: "DELETE" })).status).toBe(204);
    expect(await read("/api/v1/maintenance")).toMatchObject({ windows: [{ id, state: "ended", by: people.admin }] });
  });

  it("shows nobody what is of another family", async () => {
    expect(await read("/api/v1/services", people.clerk)).toMatchObject({ services: [{ name: "county" }] });
    expect(await read("/api/v1/services?family=chittyos", people.clerk)).toEqual({ services: [] });
    expect((await ask("/api/v1/services/finance", { as: people.clerk })).status).toBe(404);
    expect((await post("/api/v1/services/finance/check", "", { as: people.clerk })).status).toBe(404);
    expect(await read("/api/v1/stats", people.clerk)).toMatchObject({ services: 1 });
  });

  const endsAt = "2100-01-01T00:00:00Z";
  const registering = {
    challenge: "x",
    service_name: "beacon",
    service_type: "package",
    endpoint: "http://beacon.chitty.localhost/",
    version: "1",
    metadata: { description: "d", family: "chittyos", owner: "o", tier: 3 },
  };
  it.each([
    ["GET", "/api/v1/services?limit=0", undefined, 400, /limit/],
    ["GET", "/api/v1/services?limit=many", undefined, 400, /limit/],
    ["GET", "/api/v1/services?health=fine", undefined, 400, /health/],
    ["GET", "/api/v1/search", undefined, 400, /q/],
    ["GET", "/api/v1/services/nobody", undefined, 404, /no service nobody/],
    ["POST", "/api/v1/services/nobody/check", "", 404, /no service nobody/],
    ["POST", "/api/v1/challenge", "{", 400, /JSON/i],
    ["POST", "/api/v1/challenge", "[]", 400, /body/],
    ["POST", "/api/v1/challenge", { name: "Beacon", endpoint: "x", more: 1 }, 400, /name: .*; endpoint: .*; .*more/],
    ["POST", "/api/v1/challenge", { name: "beacon", endpoint: "http://127.0.0.1/" }, 400, /IP address/],
    ["POST", "/api/v1/challenge", { name: "beacon", endpoint: "http://chitty.cc/" }, 400, /below \.localhost/],
    ["POST", "/api/v1/services", { ...registering, tier: 9 }, 400, /tier/],
    ["POST", "/api/v1/services", { ...registering, chitty_id: "with space" }, 400, /chitty_id/],
    ["POST", "/api/v1/services", { ...registering, health_check_url: "http://[::1]/" }, 400, /health_check_url.*IP/],
    ["POST", "/api/v1/services", registering, 403, /no such challenge/],
    ["POST", "/api/v1/services/x/heartbeat", { more: 1 }, 400, /more/],
    ["POST", "/api/v1/services/x/heartbeat", {}, 401, /token of its registration/],
    ["DELETE", "/api/v1/services/finance", undefined, 404, /no such registration/],
    ["POST", "/api/v1/maintenance", { family: "chittyos", reason: "", endsAt: "soon" }, 400, /reason: .*; endsAt: /],
    [
      "POST",
      "/api/v1/maintenance",
      { family: "chittyos", reason: "r", endsAt, startsAt: endsAt },
      400,
      /after startsAt/,
    ],
    ["POST", "/api/v1/maintenance", { family: "chittyos", reason: "r", endsAt }, 400, /14 days/],
    ["POST", "/api/v1/maintenance", { family: "chittyos", reason: "r" }, 400, /either endsAt or minutes/],
    ["POST", "/api/v1/maintenance", { family: "chittyos", reason: "r", minutes: 0 }, 400, /minutes/],
    ["POST", "/api/v1/maintenance", { family: "chittyos", services: ["x"], reason: "r", endsAt }, 400, /no service x/],
    ["DELETE", "/api/v1/maintenance/none", undefined, 404, /no window/],
    ["POST", "/api/v1/challenge", "x".repeat(300_000), 413, /at most/],
  ] as const)("answers %s %s with %j by %i", async (method, path, body, status, detail) => {
    const response = await ask(path, {
      method,
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    expect([response.status, response.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    expect(((await response.json()) as { detail: string }).detail).toMatch(detail);
  });

  it("lets nobody in who may not", async () => {
    const register = { ...registering, metadata: { ...registering.metadata, family: "chittyos" } };
    const window = { family: "chittyos", reason: "r", endsAt };
    const calls: [path: string, init: RequestInit][] = [
      ["/api/v1/services", { method: "POST", body: JSON.stringify(register) }],
      ["/api/v1/maintenance", { method: "POST", body: JSON.stringify(window) }],
    ];
    for (const [path, init] of calls) {
      expect((await ask(path, { ...init, as: people.clerk })).status).toBe(403);
      expect((await ask(path, { ...init, as: people.viewer })).status).toBe(403);
      expect((await ask(path, { ...init, as: people.stranger })).status).toBe(403);
      expect((await ask(path, { ...init, headers: { authorization: "Bearer x" } })).status).toBe(401);
    }
    for (const path of ["services", "services/finance", "health", "stats", "manifest", "tools", "maintenance"]) {
      expect((await ask(`/api/v1/${path}`, { as: people.stranger })).status).toBe(403);
    }
  });
});
