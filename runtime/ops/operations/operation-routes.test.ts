import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Operation, OperationPage } from "../../../contracts/ops-operations.ts";
import { people, type WorkerdPlane, workerdPlane } from "../testing/workerd-plane.ts";

const path = "/api/v1/operations";
let plane: WorkerdPlane;
beforeAll(async () => {
  plane = await workerdPlane();
});
afterAll(() => plane?.dispose());

const given = {
  services: ["chittyfinance"],
  family: "chittyos",
  stack: "chittyops/local",
  reason: "new schema",
  drainSeconds: 0,
};
const as = people.operator;
const read = async <T>(url: string): Promise<T> => (await (await plane.request(url, { as })).json()) as T;
const found = async (id: string): Promise<Operation | undefined> =>
  (await read<OperationPage>(path)).operations.find((one) => one.id === id);
const windows = async () =>
  (await read<{ windows: { state: string; reason: string }[] }>("/api/v1/maintenance")).windows;
const eventually = (check: () => Promise<boolean>) => vi.waitUntil(check, { timeout: 30_000, interval: 50 });

describe("an operation in workerd", () => {
  it("puts services into maintenance, hears of the deployment, and undoes what is cancelled", async () => {
    const started = await plane.request(path, { as, body: given });
    expect(started.status).toBe(201);
    const { id } = (await started.json()) as Operation;
    expect((await plane.request(path, { as, body: given })).status).toBe(409);
    await eventually(async () => (await found(id))?.step === "deploy");
    expect(await windows()).toMatchObject([{ state: "active", reason: `new schema (${id})` }]);

    const now = new Date().toISOString();
    const report = {
      id: crypto.randomUUID(),
      startedAt: now,
      finishedAt: now,
      stack: given.stack,
      family: given.family,
      command: "up",
      by: "ann",
      commit: "unknown",
      outcome: "done",
      changes: { created: 0, updated: 1, deleted: 0 },
    };
    expect((await plane.request("/api/v1/deployments", { as, body: report })).status).toBe(201);
    // The service is not in the directory, so that it is not healthy.
    await eventually(async () => (await found(id))?.step === "verify");

    expect((await plane.request(`${path}/${id}/cancel`, { as, method: "POST" })).status).toBe(200);
    await eventually(async () => (await found(id))?.state === "undone");
    expect(await windows()).toMatchObject([{ state: "ended" }]);
    const { incidents } = await read<{ incidents: { title: string }[] }>("/api/v1/incidents?subject=chittyfinance");
    expect(incidents).toMatchObject([{ title: `The operation ${id} on chittyops/local was undone` }]);
    expect((await plane.request(`${path}/${id}/cancel`, { as, method: "POST" })).status).toBe(409);
  });

  it("refuses what it does not know or is not allowed, with everything that is wrong", async () => {
    const cases: [string, Parameters<WorkerdPlane["request"]>[1], number, RegExp][] = [
      [path, {}, 401, /Access/],
      [path, { as: people.viewer, body: given }, 403, /operator/],
      [path, { as: people.clerk, body: given }, 403, /chittyos/],
      [path, { as, body: { ...given, services: [], stack: "", steps: [] } }, 400, /services.*stack.*steps/],
      [
        path,
        { as, body: { ...given, drainSeconds: -1, deployWithinSeconds: "1h" } },
        400,
        /drainSeconds.*deployWithin/,
      ],
      [`${path}?after=17`, { as }, 400, /after/],
      [`${path}/op-99/cancel`, { as, method: "POST" }, 404, /op-99/],
      [`${path}/op-1/cancel`, { as: people.clerk, method: "POST" }, 404, /op-1/],
      [`${path}/99/cancel`, { as, method: "POST" }, 400, /id/],
    ];
    for (const [url, init, status, detail] of cases) {
      const response = await plane.request(url, init);
      const text = await response.text();
      expect([url, init?.body, response.status, text]).toEqual([
        url,
        init?.body,
        status,
        expect.stringMatching(detail),
      ]);
    }
  });
});
