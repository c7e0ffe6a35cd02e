import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childKeyMessage } from "../../contracts/child-key.ts";
import {
  type LiteChildInput,
  liteChildBindings,
  liteChildBundle,
  liteChildCompatibility,
  liteChildVariable,
} from "../../contracts/lite-child.ts";
import type { ChildRecord } from "../../contracts/ops-sync.ts";
import { nodePlane, operatorToken, people } from "../ops/testing/node-plane.ts";
import { planeWorker } from "../ops/testing/plane-worker.ts";

const enrolmentKey = "e".repeat(64);
let miniflare: Miniflare;

beforeAll(async () => {
  const { env } = await nodePlane();
  const { x } = JSON.parse(env.SIGNING_KEY);
  const told = { ...JSON.parse(env.OPS), families: ["chitty-apps"] };
  const ops = planeWorker({
    OPS: JSON.stringify(told),
    SIGNING_KEY: env.SIGNING_KEY,
    FAMILY_KEYS: JSON.stringify({ "chitty-apps": { 1: enrolmentKey } }),
  });
  const workers = [{ ...ops, routes: ["ops.test/*"] }, workerOf(x)];
  miniflare = new Miniflare(convertV4MiniflareOptions({ workers }));
  await miniflare.ready;
}, 120_000);
afterAll(() => miniflare?.dispose());

describe("a deployed child", () => {
  it("enrols with the plane by its schedule, and says what it runs and how it is", async () => {
    expect(await get("http://notes.test/")).toBe(200);
    await schedule();
    expect(await record()).toMatchObject({
      condition: "ok",
      version: "abababab",
      metrics: { requestsToday: 1 },
      state: { service: "lite-child", code: "ab".repeat(32), configuration: 0, update: 0 },
    });
  });

  it("does what a configuration and a security update say that it pulled, and says that it applied them", async () => {
    await rollOut("configuration", { suspended: true });
    await schedule();
    expect([await get("http://notes.test/"), await get("http://notes.test/health")]).toEqual([403, 200]);
    await rollOut("configuration", {});
    await rollOut("update", { refuse: [{ path: "/api/v1/notes", method: "POST", reason: "a hole in notes" }] });
    await schedule();
    expect([await get("http://notes.test/"), await get("http://notes.test/api/v1/notes", "POST")]).toEqual([200, 403]);
    expect((await record()).state).toMatchObject({ configuration: 2, update: 3 });
  });

  it("takes back an update with which its own health check fails", async () => {
    await rollOut("update", { refuse: [{ path: "/", reason: "everything" }] });
    await schedule();
    expect([await get("http://notes.test/health"), await get("http://notes.test/")]).toEqual([200, 200]);
    expect((await record()).state).toMatchObject({ update: 3 });
    expect(await asked("/api/v1/rollouts?limit=1")).toMatchObject({
      rollouts: [{ state: "halted", progress: [{ state: "rolled-back", children: 1 }] }],
    });
  });
});

/** Its schedule comes; the time is past its second, so that nothing waits. */
async function schedule(): Promise<void> {
  const worker = await miniflare.getWorker("notes");
  const result = await worker.scheduled({ scheduledTime: new Date(Date.now() - 61_000), cron: "2-59/5 * * * *" });
  expect(result.outcome).toBe("ok");
}

async function get(url: string, method = "GET"): Promise<number> {
  const response = await miniflare.dispatchFetch(url, { method, ...(method === "POST" && { body: '{"text":"a"}' }) });
  await response.text();
  return response.status;
}

async function rollOut(kind: string, content: object): Promise<void> {
  const response = await miniflare.dispatchFetch("http://ops.test/api/v1/rollouts", {
    method: "POST",
    headers: { authorization: `Bearer ${await operatorToken(people.operator)}`, "content-type": "application/json" },
    body: JSON.stringify({ service: "lite-child", kind, content, waves: [{ percent: 100 }] }),
  });
  expect([response.status, await response.text()]).toEqual([201, expect.anything()]);
}

async function asked(path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${await operatorToken(people.viewer)}` };
  return await (await miniflare.dispatchFetch(`http://ops.test${path}`, { headers })).json();
}

async function record(): Promise<ChildRecord> {
  return (await asked("/api/v1/children/chitty-apps/notes")) as ChildRecord;
}

function workerOf(publicKey: string) {
  const child: LiteChildInput = {
    version: 1,
    child: "notes",
    title: "Notes",
    environment: "local",
    url: "http://notes.test",
    code: "ab".repeat(32),
    createdAt: "2026-11-01T00:00:00Z",
    quota: { requestsPerDay: 1_000 },
    parent: {
      stack: "chittyops-contract/local",
      configVersion: "1",
      keyEpoch: 1,
      ops: { url: "http://ops.test", publicKey },
    },
    family: "chitty-apps",
    budget: { unitsPerDay: 1_000 },
  };
  const objects = liteChildBindings["chitty-apps"].flatMap((one) => (one.kind === "durable-object" ? [one] : []));
  return {
    name: "notes",
    routes: ["notes.test/*"],
    modules: [
      {
        type: "ESModule" as const,
        path: "index.mjs",
        contents: readFileSync(join(import.meta.dirname, "../..", liteChildBundle), "utf8"),
      },
    ],
    compatibilityDate: liteChildCompatibility.date,
    compatibilityFlags: [...liteChildCompatibility.flags],
    bindings: {
      [liteChildVariable]: JSON.stringify(child),
      CHILD_KEY: createHmac("sha256", enrolmentKey).update(childKeyMessage("notes", 1)).digest("hex"),
    },
    kvNamespaces: { STORE: "notes" },
    ratelimits: { RATE_LIMIT: { namespace_id: "1001", simple: { limit: 1_000, period: 60 as const } } },
    durableObjects: Object.fromEntries(objects.map(({ name, className }) => [name, { className, useSQLite: true }])),
    outboundService: "ops",
  };
}
