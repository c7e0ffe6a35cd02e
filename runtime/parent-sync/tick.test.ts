import { CompactSign, exportJWK, generateKeyPair } from "jose";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type LiteChild, liteChild } from "../../contracts/lite-child.ts";
import { type Release, releaseType } from "../../contracts/ops-sync.ts";
import { childKeyOf, type SyncPlane, syncPlane } from "../ops/sync/testing/sync-plane.ts";
import { people } from "../ops/testing/node-plane.ts";
import { memoryStorage } from "../storage/testing/memory-storage.ts";
import { ParentLink } from "./parent-link.ts";
import { type TickingChild, tick } from "./tick.ts";

let plane: SyncPlane;
let child: LiteChild;
let storage: ReturnType<typeof memoryStorage>;
let link: ParentLink;
let problem: string | undefined;
const name = { family: "cook-county", child: "court" };

beforeEach(async () => {
  plane = await syncPlane();
  const { x } = JSON.parse(plane.env.SIGNING_KEY);
  child = childWith({ url: "http://ops.test", publicKey: x });
  storage = memoryStorage();
  link = new ParentLink(storage);
  problem = undefined;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => plane.fetch(new Request(url, init)));
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a tick", () => {
  it("makes an unknown child known, and tells what it runs once", async () => {
    const bodies: string[] = [];
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      bodies.push(`${new URL(url).pathname} ${String(init.body).includes('"state"')}`);
      return plane.fetch(new Request(url, init));
    });
    await turn();
    expect(bodies).toEqual(["/sync true", "/sync/enrol true", "/sync true"]);
    expect(await record()).toMatchObject({ condition: "ok", version: "cccccccc", metrics: { requestsToday: 3 } });
    await turn();
    expect(bodies.slice(3)).toEqual(["/sync false"]);
    child = { ...child, code: "e".repeat(64) };
    await turn();
    expect(bodies.slice(4)).toEqual(["/sync true"]);
    expect(await record()).toMatchObject({ version: "eeeeeeee", state: { code: "e".repeat(64) } });
  });

  it("pulls a release, applies it, and tells so in the same turn", async () => {
    await turn();
    await rollOut("configuration", { requestsPerDay: 5 });
    await turn();
    expect(link.settings().configuration).toEqual({ requestsPerDay: 5 });
    expect(await progress()).toEqual(["configuration done applied"]);
    expect(await record()).toMatchObject({ state: { configuration: 1, update: 0 } });
    await rollOut("update", { refuse: [{ path: "/api/v1/cases", method: "PUT", reason: "CVE" }] });
    await turn();
    expect(link.settings()).toMatchObject({
      configuration: { requestsPerDay: 5 },
      update: { refuse: [{ reason: "CVE" }] },
    });
  });

  it("reports a release that it does not understand as failed, and goes on as before", async () => {
    await turn();
    await rollOut("configuration", { requestsPerDay: 5 });
    await turn();
    await rollOut("configuration", { requestsPerDay: -1, colour: "red" });
    await turn();
    expect(link.settings().configuration).toEqual({ requestsPerDay: 5 });
    expect(await progress()).toEqual(["configuration halted failed"]);
    expect(await record()).toMatchObject({ state: { configuration: 1 } });
  });

  it("takes a release back with which it does not do, and says so", async () => {
    await turn();
    await rollOut("update", { refuse: [{ path: "/api", reason: "CVE" }] });
    await turn();
    problem = "its health check is answered with 403";
    await rollOut("update", { refuse: [{ path: "/", reason: "all of it" }] });
    await turn();
    expect(link.settings().update.refuse).toEqual([{ path: "/api", reason: "CVE" }]);
    expect(await progress()).toEqual(["update halted rolled-back"]);
    expect(await record()).toMatchObject({ state: { update: 1 } });
  });

  it("tells what it could not tell the next time, also after it was made anew", async () => {
    await turn();
    await rollOut("configuration", { suspended: true });
    let calls = 0;
    vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
      calls += 1;
      if (calls > 1) throw new Error("no route");
      return await plane.fetch(new Request(url, init));
    });
    await turn();
    expect(link.settings().configuration).toEqual({ suspended: true });
    expect(await progress()).toEqual(["configuration running offered"]);
    link = new ParentLink(storage);
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => plane.fetch(new Request(url, init)));
    await turn();
    expect(await progress()).toEqual(["configuration done applied"]);
  });

  it("signs by the parent's clock when its own is wrong, but does not believe it about what has expired", async () => {
    const now = () => Date.now() - 3_600_000;
    await turn({ now });
    expect(await record()).toMatchObject({ condition: "ok" });
    let calls = 0;
    vi.stubGlobal("fetch", async () => {
      calls += 1;
      const at = new Date(Date.now() + calls * 86_400_000).toISOString();
      return Response.json({ title: "Not signed", at }, { status: 401 });
    });
    await turn({ now });
    // A parent that names another time with each answer is not followed for ever.
    expect(calls).toBe(2);
  });

  it("keeps quiet as long as the parent asks for, and speaks again", async () => {
    let now = Date.now();
    let calls = 0;
    vi.stubGlobal("fetch", async () => {
      calls += 1;
      return new Response("busy", { status: 503, headers: { "retry-after": "900" } });
    });
    await turn({ now: () => now });
    now += 600_000;
    await turn({ now: () => now });
    expect(calls).toBe(1);
    now += 1_300_000;
    await turn({ now: () => now });
    expect(calls).toBe(2);
  });

  it("survives a parent that answers nonsense, redirects, or not at all", async () => {
    for (const answer of [
      async () => new Response("{}"),
      async () => new Response("<html>"),
      async () => Response.json({ at: "x", offers: "x" }),
      async () => new Response("x".repeat(300_000)),
      async () => new Response(null, { status: 302, headers: { location: "http://elsewhere.test" } }),
      async () => Promise.reject(new Error("no route")),
    ]) {
      vi.stubGlobal("fetch", answer);
      await expect(turn()).resolves.toBeUndefined();
    }
    expect(link.settings()).toEqual({ configuration: {}, update: { refuse: [] } });
  });
});

describe("a release", () => {
  const good: Release = {
    version: 1,
    kind: "configuration",
    service: "lite-child",
    ...name,
    counter: 7,
    issuedAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    content: { requestsPerDay: 7 },
  };

  it("is refused unless the parent signed it for this child, and it is neither expired nor older than one before", async () => {
    const parent = await generateKeyPair("EdDSA", { extractable: true });
    const other = await generateKeyPair("EdDSA", { extractable: true });
    child = childWith({ url: "http://ops.test", publicKey: String((await exportJWK(parent.publicKey)).x) });
    const told: string[] = [];
    const offer = async (given: Partial<Release>, { key = parent.privateKey, typ = releaseType } = {}) => {
      const payload = new TextEncoder().encode(JSON.stringify({ ...good, ...given }));
      const jws = await new CompactSign(payload).setProtectedHeader({ alg: "EdDSA", typ }).sign(key);
      await offered(jws);
    };
    const offered = async (jws: string) => {
      let given = false;
      vi.stubGlobal("fetch", async (_: string, { body }: RequestInit) => {
        const { incidents = [] } = JSON.parse(String(body)) as { incidents?: { description: string }[] };
        told.push(...incidents.map(({ description }) => description.split(".")[0] ?? ""));
        const offers = given ? [] : [jws];
        given = true;
        return Response.json({ at: new Date().toISOString(), nextSeconds: 300, report: "changes", offers });
      });
      await turn();
    };
    await offer({});
    expect(link.settings().configuration).toEqual({ requestsPerDay: 7 });
    await offer({ counter: 8 }, { key: other.privateKey });
    await offer({ counter: 8 }, { typ: "JWT" });
    await offer({ counter: 8, family: "chittyos" });
    await offer({ counter: 8, child: "other" });
    await offer({ counter: 8, service: "router" });
    await offer({ counter: 8, expiresAt: new Date(Date.now() - 1).toISOString() });
    await offer({ counter: 6 });
    await offer({ counter: 8, kind: "surprise" as never });
    await offered("not.a.jws");
    await offered("");
    await turn();
    expect(link.settings().configuration).toEqual({ requestsPerDay: 7 });
    expect(told).toEqual([
      "its signature is not the parent's",
      "what the parent signed is no release",
      "it is for chittyos/court",
      "it is for cook-county/other",
      "it is for router",
      expect.stringMatching(/^it expired at /),
      "its counter is 6, and 7 was seen before",
      "it is no release that this version understands",
      "its signature is not the parent's",
      "its signature is not the parent's",
    ]);
    // The same one again changes nothing, and a newer one is taken.
    await offer({ content: { requestsPerDay: 1 } });
    expect(link.settings().configuration).toEqual({ requestsPerDay: 7 });
    await offer({ counter: 9, content: {} });
    expect(link.settings().configuration).toEqual({});
  });
});

function turn(given: Partial<TickingChild> = {}): Promise<void> {
  const methods = ["begin", "answered", "failed", "apply", "settle", "refuse"] as const;
  const remote = Object.fromEntries(
    methods.map((method) => [
      method,
      async (...args: unknown[]) => (link[method] as (...of: unknown[]) => unknown)(...args),
    ]),
  );
  return tick({
    child,
    variables: JSON.stringify(child),
    key: childKeyOf(name, 1),
    link: remote as unknown as TickingChild["link"],
    health: { status: "ok" },
    metrics: { requestsToday: 3 },
    check: async () => problem,
    now: Date.now,
    ...given,
  });
}

function childWith(ops: { url: string; publicKey: string }): LiteChild {
  return liteChild.parse({
    version: 1,
    child: name.child,
    title: "Court",
    environment: "local",
    url: "http://court.test",
    code: "c".repeat(64),
    createdAt: "2026-11-01T00:00:00Z",
    quota: { requestsPerDay: 10 },
    parent: { stack: "s", configVersion: "1", keyEpoch: 1, ops },
    family: name.family,
    tenant: "circuit",
    keyVersion: 1,
    access: { issuer: "https://county.test", audience: "a", assurance: ["x"], administrators: ["clerk@county.test"] },
  });
}

async function rollOut(kind: string, content: object): Promise<void> {
  const body = { service: "lite-child", kind, content, waves: [{ families: [name.family], percent: 100 }] };
  const response = await plane.request("/api/v1/rollouts", { as: people.operator, method: "POST", body });
  expect(response.status).toBe(201);
}

async function record(): Promise<unknown> {
  return (await plane.request(`/api/v1/children/${name.family}/${name.child}`, { as: people.viewer })).json();
}

/** What became of the newest rollout: its kind, its state, and that of its one child. */
async function progress(): Promise<string[]> {
  const response = await plane.request("/api/v1/rollouts?limit=1", { as: people.viewer });
  const { rollouts } = (await response.json()) as {
    rollouts: { kind: string; state: string; progress: { state: string }[] }[];
  };
  return rollouts.map(({ kind, state, progress: of }) => [kind, state, ...of.map((one) => one.state)].join(" "));
}
