import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { metricsPage, type ServiceMetrics, serviceMetrics } from "../../../contracts/ops-metrics.ts";
import { scanPage } from "../../../contracts/ops-security.ts";
import type { RegistryRecord } from "../../../contracts/registry-record.ts";
import { people, type WorkerdPlane, workerdPlane } from "../testing/workerd-plane.ts";

const record: RegistryRecord = {
  name: "chittyfinance",
  uri: "chittycanon://core/services/chittyfinance",
  description: "Finance",
  entity_type: "service",
  subtype: "worker",
  family: "chittyos",
  environment: "local",
  tier: 3,
  owner: "team",
  data_class: "financial",
  script: "service",
  version: "shell",
  endpoints: [],
  dependencies: [],
  status: "active",
};

let plane: WorkerdPlane;
beforeAll(async () => {
  plane = await workerdPlane();
  await plane.register(record);
}, 60_000);
afterAll(() => plane?.dispose());

const get = async (path: string, as: string = people.viewer) => (await plane.request(path, { as })).json();

describe("the meter in workerd", () => {
  it("measures a service by the tail events of its Worker, under the name that the registry has for it", async () => {
    for (let times = 0; times < 3; times += 1) await plane.send([{ note: times }]);
    const { total, steps }: ServiceMetrics = await vi.waitUntil(
      async () => {
        const found = serviceMetrics.safeParse(await get("/api/v1/services/chittyfinance/metrics?window=1h"));
        return found.data?.total.requests === 3 && found.data;
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(total).toMatchObject({ script: "service", family: "chittyos", errors: 0, dollars: expect.closeTo(9e-7, 7) });
    expect(steps.reduce((sum, { requests }) => sum + requests, 0)).toBe(3);
    const page = metricsPage.parse(await get("/api/v1/metrics?window=1h"));
    expect(page.services).toMatchObject([{ service: "chittyfinance", requests: 3, errorRate: 0 }]);
  });

  it("counts what the Worker throws as an error", async () => {
    await plane.send("no list" as never).catch(() => undefined);
    await vi.waitUntil(
      async () =>
        ((await get("/api/v1/services/chittyfinance/metrics?window=1h")) as ServiceMetrics).total?.errors === 1,
      { timeout: 20_000, interval: 50 },
    );
  });

  it("keeps a budget, set by an operator of the family, audited", async () => {
    const put = (as: string, body: unknown) =>
      plane.request("/api/v1/budgets/chittyfinance", { method: "PUT", as, body });
    expect((await put(people.viewer, { dollarsPerMonth: 5 })).status).toBe(403);
    expect((await put(people.clerk, { dollarsPerMonth: 5 })).status).toBe(403);
    expect((await put(people.operator, { dollarsPerMonth: -1 })).status).toBe(400);
    expect(await (await put(people.operator, { dollarsPerMonth: 5 })).json()).toMatchObject({
      service: "chittyfinance",
      family: "chittyos",
      dollarsPerMonth: 5,
    });
    expect(await get("/api/v1/budgets")).toMatchObject({ budgets: [{ service: "chittyfinance" }] });
    const { records } = (await get("/api/v1/audit")) as { records: { action: string; outcome: string }[] };
    expect(records.filter(({ action }) => action === "budget.set").map(({ outcome }) => outcome)).toEqual([
      "refused",
      "refused",
      "done",
    ]);
    const remove = () => plane.request("/api/v1/budgets/chittyfinance", { method: "DELETE", as: people.operator });
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 404]);
  });

  it("shows a family only what is its own", async () => {
    expect(await get("/api/v1/metrics", people.clerk)).toMatchObject({ services: [] });
    expect(await get("/api/v1/findings", people.clerk)).toEqual({ findings: [] });
    expect(await get("/api/v1/services/chittyfinance/metrics", people.clerk)).toMatchObject({ status: 404 });
    for (const path of ["/api/v1/metrics", "/api/v1/findings", "/api/v1/budgets", "/api/v1/services/x/metrics"]) {
      expect([path, (await plane.request(path)).status]).toEqual([path, 401]);
    }
    expect(await get("/api/v1/metrics?window=2d&limit=0")).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/window.*limit|limit.*window/),
    });
  });

  it("scans for security problems when an operator of all families asks", async () => {
    const begin = (as: string, body: unknown = {}) => plane.request("/api/v1/scans", { as, body });
    expect((await begin(people.viewer)).status).toBe(403);
    expect((await begin(people.clerk)).status).toBe(403);
    expect((await begin(people.operator, { target: "elsewhere" })).status).toBe(400);
    const finding = {
      rule: "advisory",
      service: "chittyfinance",
      family: "chittyos",
      severity: "minor",
      detail: "A/hono@1.0.0",
      found: "old",
      remedy: "Update it.",
    };
    expect((await begin(people.operator, { rules: [], findings: [finding] })).status).toBe(400);
    expect(await (await begin(people.operator, { rules: ["advisory"], findings: [finding] })).json()).toMatchObject({
      state: "running",
      by: people.operator,
    });
    const seen = await vi.waitUntil(
      async () => {
        const page = scanPage.safeParse(await get("/api/v1/scans"));
        return page.data?.scan?.state === "finished" && page.data;
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(seen.findings).toMatchObject([{ rule: "advisory", detail: "A/hono@1.0.0" }]);
    expect(await get("/api/v1/scans", people.clerk)).toMatchObject({ findings: [] });
    await vi.waitUntil(
      async () => JSON.stringify(await get("/api/v1/incidents")).includes("security/advisory/chittyfinance"),
      { timeout: 20_000, interval: 50 },
    );
  });

  it("shows what a scan saw in the accounts until the next one, to those who may see it", async () => {
    const store = { service: "account chittyos", kind: "unused-store", found: "nobody needs it", remedy: "Delete it." };
    const queue = {
      ...store,
      service: "chittyfinance",
      family: "chittyos",
      kind: "orphan-queue",
      change: { bindings: [] },
    };
    const report = async (body: object) => (await plane.request("/api/v1/scans", { as: people.operator, body })).status;
    expect(await report({ account: [{ ...store, kind: "limits" }] })).toBe(400);
    expect(await report({ account: [queue, store] })).toBe(202);
    expect(await get("/api/v1/findings")).toMatchObject({ findings: [store, queue] });
    expect(await get("/api/v1/findings?after=account%20chittyos")).toMatchObject({ findings: [queue] });
    expect(await get("/api/v1/findings", people.clerk)).toMatchObject({ findings: [] });
    expect(await report({})).toBe(202);
    expect(await get("/api/v1/findings"), "one that did not look there").toMatchObject({ findings: [store, queue] });
    expect(await report({ account: [] })).toBe(202);
    expect(await get("/api/v1/findings")).toMatchObject({ findings: [] });
  });
});
