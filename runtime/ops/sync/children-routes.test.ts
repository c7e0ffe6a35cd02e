import { beforeAll, describe, expect, it } from "vitest";
import type { ChildCounts, ChildRecord } from "../../../contracts/ops-sync.ts";
import { people } from "../testing/node-plane.ts";
import { type SyncPlane, stateOf, syncPlane, testChild } from "./testing/sync-plane.ts";

let plane: SyncPlane;
const names = Array.from({ length: 60 }, (_, index) => `child-${index}`);

beforeAll(async () => {
  plane = await syncPlane();
  for (const [index, child] of names.entries()) {
    const family = index % 3 === 0 ? "chittyos" : "cook-county";
    const state = stateOf({ version: index % 2 === 0 ? "even" : "odd" });
    expect((await testChild(plane.fetch, { family, child }).enrol(state)).status).toBe(200);
  }
});

async function get<T>(path: string, as: string = people.viewer): Promise<T> {
  const response = await plane.request(path, { as });
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as T;
}

/** Every page of a list. */
async function all(query: string, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | null = ""; after !== null; ) {
    const place: string = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
    const page: { children: ChildRecord[]; next: string | null } = await get(
      `/api/v1/children?limit=${limit}${query}${place}`,
    );
    expect(page.children.length).toBeLessThanOrEqual(limit);
    if (page.next !== null) expect(page.children).toHaveLength(limit);
    found.push(...page.children.map(({ child }) => child));
    after = page.next;
  }
  return found;
}

describe("the list of children", () => {
  it("has each once, however long its pages are", async () => {
    for (const limit of [1, 7, 59, 60, 500]) {
      const found = await all("", limit);
      expect(found).toHaveLength(60);
      expect(new Set(found)).toEqual(new Set(names));
    }
  });

  it("has those of a family, a version and a condition only", async () => {
    expect(await all("&family=chittyos", 6)).toHaveLength(20);
    expect(await all("&version=odd&family=chittyos", 4)).toHaveLength(10);
    expect(await all("&condition=silent", 4)).toEqual([]);
  });

  it("is counted without being read, for the families of whoever asks", async () => {
    const { total, counts } = await get<ChildCounts>("/api/v1/children/counts");
    expect(total).toBe(60);
    expect(counts).toHaveLength(4);
    expect(counts[0]).toEqual({ family: "chittyos", version: "even", condition: "ok", children: 10 });
    expect((await get<ChildCounts>("/api/v1/children/counts", people.clerk)).total).toBe(40);
  });

  it("refuses what it does not understand, and names of no child", async () => {
    for (const query of ["after=x", "after=99999:", "limit=0", "limit=501", "condition=sad", "surprise=1"]) {
      const response = await plane.request(`/api/v1/children?${query}`, { as: people.viewer });
      expect([query, response.status]).toEqual([query, 400]);
    }
    expect((await plane.request("/api/v1/children/chittyos/nobody", { as: people.viewer })).status).toBe(404);
    expect((await plane.request("/api/v1/children/chittyos/NOBODY", { as: people.viewer })).status).toBe(400);
  });
});

describe("starting a rollout", () => {
  const body = { service: "lite-child", kind: "update", content: {}, waves: [{ percent: 10 }] };
  const post = (path: string, sent: unknown, as?: string) =>
    plane.request(path, { method: "POST", body: sent, ...(as !== undefined && { as }) });

  it("takes its share of the children that there are", async () => {
    const started = await post("/api/v1/rollouts", body, people.operator);
    expect(started.status).toBe(201);
    const offered: string[] = [];
    for (const [index, child] of names.entries()) {
      const family = index % 3 === 0 ? "chittyos" : "cook-county";
      const answer = await testChild(plane.fetch, { family, child }).call("/sync/updates");
      if (((await answer.json()) as { offer: unknown }).offer !== null) offered.push(family);
    }
    expect(offered.filter((family) => family === "chittyos")).toHaveLength(2);
    expect(offered.filter((family) => family === "cook-county")).toHaveLength(4);
  });

  it("is for operators of every family that it is about, and for families that there are", async () => {
    expect((await post("/api/v1/rollouts", body)).status).toBe(401);
    expect((await post("/api/v1/rollouts", body, people.viewer)).status).toBe(403);
    expect((await post("/api/v1/rollouts", body, people.clerk)).status).toBe(403);
    expect((await post("/api/v1/rollouts/lite-child/pause", {}, people.clerk)).status).toBe(403);
    expect((await post("/api/v1/rollouts/nothing/pause", {}, people.operator)).status).toBe(404);
    const elsewhere = { ...body, waves: [{ percent: 10, families: ["nowhere"] }] };
    const refused = await post("/api/v1/rollouts", elsewhere, people.operator);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining("nowhere")]);
  });
});
