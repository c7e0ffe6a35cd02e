import { compactVerify, importJWK } from "jose";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Release, release, releaseType } from "../../../contracts/ops-sync.ts";
import { people } from "../testing/node-plane.ts";
import {
  type CallOptions,
  childKeyOf,
  runsOf,
  type SyncPlane,
  stateOf,
  syncPlane,
  testChild,
  tickOf,
} from "./testing/sync-plane.ts";

let plane: SyncPlane;
let child: ReturnType<typeof testChild>;
const state = stateOf();
const of = (family: string, name: string) => testChild(plane.fetch, { family, child: name });

beforeAll(async () => {
  plane = await syncPlane();
});
let count = 0;
beforeEach(async () => {
  child = of("cook-county", `court-${count++}`);
  expect((await child.enrol(state)).status).toBe(200);
});

/** Every endpoint of children, with a body that it takes. */
const incident = { fingerprint: "disk", title: "Disk full", severity: "major" };
const endpoints: [path: string, body: Record<string, unknown> | undefined][] = [
  ["/sync", tickOf(state)],
  ["/sync/enrol", { version: 1, runs: runsOf(state), state }],
  ["/sync/health", { version: 1, health: { status: "degraded", detail: "slow" } }],
  ["/sync/metrics", { version: 1, metrics: { requests: 12 } }],
  ["/sync/incidents", { version: 1, incidents: [incident] }],
  ["/sync/config", undefined],
  ["/sync/updates", undefined],
];

it("is looked at here, whatever children may call", async () => {
  const { paths } = (await (await plane.request("/openapi.json")).json()) as { paths: Record<string, object> };
  const ofChildren = Object.keys(paths).filter((path) => /^\/sync(?:\/|$)/.test(path));
  expect(endpoints.map(([path]) => path).sort()).toEqual(ofChildren.sort());
});

describe.each(endpoints)("%s", (path, body) => {
  it("is answered", async () => {
    const response = await child.call(path, body);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject(
      body === undefined ? { offer: null } : { report: "changes", offers: [] },
    );
  });

  it("is for nobody without credentials, nor with those of another child, family, epoch, address, time or body", async () => {
    const method = body === undefined ? "GET" : "POST";
    const bare = await plane.request(path, { method, ...(body !== undefined && { body }) });
    expect(bare.status).toBe(401);
    const operator = await plane.request(path, { as: people.admin, method, ...(body !== undefined && { body }) });
    expect(operator.status).toBe(401);
    const wrong: Record<string, CallOptions> = {
      "another child's name": { issuer: "cook-county/other" },
      "another family's name": { issuer: `chittyos/${child.name.child}` },
      "a family that is not here": { issuer: `nowhere/${child.name.child}` },
      "no name of a child": { issuer: "cook-county" },
      "a name with a path": { issuer: "cook-county/../court" },
      "another child's key": { key: childKeyOf({ family: "cook-county", child: "other" }, 1) },
      "the key of another family": { key: childKeyOf({ family: "chittyos", child: child.name.child }, 1) },
      "an epoch that is not": { epoch: "2", key: childKeyOf(child.name, 2) },
      "an epoch that is no number": { epoch: "__proto__" },
      "another address": { url: "http://ops.test/sync/other" },
      "another plane": { url: `http://elsewhere.test${path}` },
      "another audience": { audience: "somebody" },
      expired: { now: Date.now() - 66_000 },
      "from the future": { now: Date.now() + 30_000 },
      "another body": {
        sent: body === undefined ? "" : JSON.stringify({ ...body, version: 1, health: { status: "failing" } }),
        ...(body === undefined && { url: "http://ops.test/" }),
      },
    };
    for (const [what, options] of Object.entries(wrong)) {
      const response = await child.call(path, body, options);
      expect([what, response.status]).toEqual([what, 401]);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(await response.text()).not.toContain(child.key);
    }
    const within = await child.call(path, body, { now: Date.now() + 3_000 });
    expect(within.status).toBe(200);
  });

  it("is taken once", async () => {
    const options = { id: crypto.randomUUID() };
    expect((await child.call(path, body, options)).status).toBe(200);
    const again = await child.call(path, body, options);
    expect([again.status, await titleOf(again)]).toEqual([409, "Call replayed"]);
  });

  it("is refused to a revoked child, and to one that is not enrolled", async () => {
    const { family, child: name } = child.name;
    const revoke = await plane.request(`/api/v1/children/${family}/${name}/revoke`, {
      as: people.admin,
      method: "POST",
    });
    expect(await revoke.json()).toMatchObject({ condition: "revoked" });
    const refused = await child.call(path, body);
    expect([refused.status, await titleOf(refused)]).toEqual([403, "Revoked"]);
    await plane.request(`/api/v1/children/${family}/${name}/restore`, { as: people.admin, method: "POST" });
    expect((await child.call(path, body)).status).toBe(200);
    if (path === "/sync/enrol") return;
    const stranger = await of("cook-county", "stranger").call(path, body);
    expect([stranger.status, await titleOf(stranger)]).toEqual([409, "Not enrolled"]);
  });
});

describe.each(endpoints.filter(([, body]) => body !== undefined))("the body of %s", (path, body) => {
  it("is taken with no more than it says, and only what it knows", async () => {
    const wrong: Record<string, [unknown, number]> = {
      "too large": [{ ...body, padding: "x".repeat(40_000) }, 413],
      "far too large": [{ ...body, padding: "x".repeat(400_000) }, 413],
      "not JSON": ['{"version":', 400],
      "not UTF-8 text of JSON": ["\u0000\u0001", 400],
      nothing: ["", 400],
      "a list": [[], 400],
      null: ["null", 400],
      "an unknown field": [{ ...body, surprise: true }, 400],
      "an inherited field": [`{"__proto__": {}, ${JSON.stringify(body).slice(1)}`, 400],
      "another version": [{ ...body, version: 2 }, 400],
    };
    for (const name of Object.keys(body ?? {})) {
      wrong[`${name} missing`] = [{ ...body, [name]: undefined }, 400];
      wrong[`${name} of another type`] = [{ ...body, [name]: [[{ a: 1 }]] }, 400];
    }
    for (const [what, [sent, status]] of Object.entries(wrong)) {
      const response = await of("cook-county", child.name.child).call(path, sent, { method: "POST" });
      expect([what, response.status]).toEqual([what, status]);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
  });
});

describe("a tick", () => {
  it("with a digest that is not of its state is refused", async () => {
    for (const path of ["/sync", "/sync/enrol"]) {
      const { health: _, ...bare } = tickOf(state, { runs: "0".repeat(64), state });
      const body = path === "/sync" ? { ...bare, health: { status: "ok" } } : bare;
      const response = await child.call(path, body);
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { detail: expect.stringContaining("digest of state") },
      ]);
    }
  });

  it("says all at once, and is there for operators of the family only", async () => {
    await child.tick(state, { health: { status: "degraded" }, metrics: { requests: 7 } });
    const path = `/api/v1/children/${child.name.family}/${child.name.child}`;
    expect(await (await plane.request(path, { as: people.clerk })).json()).toMatchObject({
      condition: "degraded",
      metrics: { requests: 7 },
      state,
    });
    const elsewhere = of("chittyos", "elsewhere");
    await elsewhere.enrol(state);
    expect((await plane.request("/api/v1/children/chittyos/elsewhere", { as: people.clerk })).status).toBe(403);
    expect((await plane.request("/api/v1/children?family=chittyos", { as: people.clerk })).status).toBe(403);
    expect((await plane.request(path)).status).toBe(401);
    expect((await plane.request(path, { as: people.stranger })).status).toBe(403);
    expect((await plane.request(`${path}/revoke`, { as: people.operator, method: "POST" })).status).toBe(403);
    const seen = (await (await plane.request("/api/v1/children?limit=500", { as: people.clerk })).json()) as {
      children: { family: string }[];
    };
    expect(new Set(seen.children.map(({ family }) => family))).toEqual(new Set(["cook-county"]));
  });

  it("asks for the state when what runs is not known, and for no more than that", async () => {
    const newer = stateOf({ version: "newer" });
    expect(await child.tick(newer)).toMatchObject({ report: "full" });
    expect(await child.tick(newer, { state: newer })).toMatchObject({ report: "changes" });
    expect(await child.tick(newer)).toMatchObject({ report: "changes" });
  });

  it("carries a signed release to the child that it is for, and what became of it back", async () => {
    const own = await syncPlane();
    const notes = testChild(own.fetch, { family: "cook-county", child: "notes" });
    await notes.enrol(state);
    const body = {
      service: "lite-child",
      kind: "configuration",
      content: { requestsPerDay: 5 },
      waves: [{ families: ["cook-county"], percent: 100 }],
    };
    expect((await own.request("/api/v1/rollouts", { as: people.viewer, method: "POST", body })).status).toBe(403);
    const made = await own.request("/api/v1/rollouts", { as: people.clerk, method: "POST", body });
    expect([made.status, await made.json()]).toMatchObject([201, { counter: 1, state: "running" }]);

    const [offer = ""] = (await notes.tick(state)).offers;
    const { payload, header } = await verified(own, offer);
    expect(header).toMatchObject({ alg: "EdDSA", typ: releaseType });
    expect(payload).toMatchObject({ family: "cook-county", child: "notes", counter: 1, content: body.content });
    expect(Date.parse(payload.expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);

    const polled = (await (await notes.call("/sync/config")).json()) as { offer: string };
    expect((await verified(own, polled.offer)).payload.counter).toBe(1);
    expect(await (await notes.call("/sync/updates")).json()).toEqual({ offer: null });
    const since = await notes.call("/sync/config", undefined, {});
    expect(since.status).toBe(200);

    const applied = stateOf({ configuration: 1 });
    const answer = await notes.tick(applied, {
      state: applied,
      reports: [{ kind: "configuration", counter: 1, state: "applied" }],
    });
    expect(answer.offers).toEqual([]);
    const shown = (await (await own.request("/api/v1/rollouts/lite-child", { as: people.clerk })).json()) as {
      rollouts: unknown[];
    };
    expect(shown.rollouts).toMatchObject([
      { state: "done", progress: [{ family: "cook-county", state: "applied", children: 1 }] },
    ]);
  });
});

async function verified(own: SyncPlane, offer: string): Promise<{ payload: Release; header: object }> {
  const { d: _, ...publicKey } = JSON.parse(own.env.SIGNING_KEY);
  const { payload, protectedHeader } = await compactVerify(offer, await importJWK(publicKey, "EdDSA"));
  return { payload: release.parse(JSON.parse(new TextDecoder().decode(payload))), header: protectedHeader };
}

async function titleOf(response: Response): Promise<string> {
  return ((await response.json()) as { title: string }).title;
}

describe("a family's enrolment key that is rotated", () => {
  const keys = { 1: "1".repeat(64), 2: "2".repeat(64) };
  const statusOf = async (accepted: Record<string, string>, epoch: 1 | 2) => {
    const { fetch } = await syncPlane({ FAMILY_KEYS: JSON.stringify({ "cook-county": accepted }) });
    const name = { family: "cook-county", child: "court-1" };
    const options = { epoch: String(epoch), key: childKeyOf(name, epoch, keys[epoch]) };
    const body = { version: 1, runs: runsOf(state), state };
    return (await testChild(fetch, name).call("/sync/enrol", body, options)).status;
  };

  it("is good beside the one before while both are accepted, and refused when it is not any more", async () => {
    expect([await statusOf(keys, 1), await statusOf(keys, 2)]).toEqual([200, 200]);
    expect([await statusOf({ 2: keys[2] }, 1), await statusOf({ 2: keys[2] }, 2)]).toEqual([401, 200]);
  });

  it("is good in its own epoch only", async () => {
    const name = { family: "cook-county", child: "court-1" };
    const { fetch } = await syncPlane({ FAMILY_KEYS: JSON.stringify({ "cook-county": keys }) });
    const mixed = { epoch: "2", key: childKeyOf(name, 2, keys[1]) };
    const body = { version: 1, runs: runsOf(state), state };
    expect((await testChild(fetch, name).call("/sync/enrol", body, mixed)).status).toBe(401);
  });
});
