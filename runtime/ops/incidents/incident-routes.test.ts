import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { EventPage } from "../../../contracts/ops-events.ts";
import type { IncidentDetail, IncidentPage } from "../../../contracts/ops-incidents.ts";
import { people, type WorkerdPlane, workerdPlane } from "../testing/workerd-plane.ts";

let plane: WorkerdPlane;
beforeAll(async () => {
  plane = await workerdPlane();
});
afterAll(() => plane?.dispose());

const path = "/api/v1/incidents";
const said = { title: "Filing stands still", severity: "major", family: "cook-county" };
const eventually = <T>(check: () => T | Promise<T>) => vi.waitUntil(check, { timeout: 20_000, interval: 20 });
const json = async <T>(response: Response, status: number): Promise<T> => {
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.anything()]);
  return JSON.parse(text);
};

describe("the API of incidents", () => {
  it("opens one, takes it from acknowledgement to review, and tells each step as an event", async () => {
    const opened = await json<IncidentDetail>(await plane.request(path, { as: people.clerk, body: said }), 201);
    expect(opened).toMatchObject({ ...said, state: "open", source: people.clerk });
    const act = async (action: string, body: object) =>
      json(await plane.request(`${path}/${opened.id}/${action}`, { as: people.clerk, body }), 200);
    expect(await act("ack", {})).toMatchObject({ state: "acknowledged", owner: people.clerk });
    await act("escalate", { reason: "the court calls", severity: "critical" });
    await act("note", { text: "<script>alert(1)</script>" });
    await act("resolve", { resolution: "restarted" });
    await act("review", { summary: "A stuck queue", cause: "no timeout" });
    const found = await json<IncidentDetail>(await plane.request(`${path}/${opened.id}`, { as: people.viewer }), 200);
    expect(found.timeline.map(({ what, actor }) => [what, actor])).toEqual(
      ["opened", "acknowledged", "escalated", "note", "resolved", "reviewed"].map((what) => [
        what,
        { kind: "operator", id: people.clerk },
      ]),
    );
    const events = await eventually(async () => {
      const query = "/api/v1/events?topic=cc.chitty.incident&limit=500";
      const page = await json<EventPage>(await plane.request(query, { as: people.clerk }), 200);
      const of = page.events.filter(({ event }) => event.subject === opened.id);
      return of.length >= 6 && of;
    });
    expect(events.map(({ event }) => event.type.split(".").at(-1))).toEqual([
      "opened",
      "acknowledged",
      "escalated",
      "note",
      "resolved",
      "reviewed",
    ]);
  });

  it("joins an open one of the same fingerprint, and does what was asked under one key once", async () => {
    const body = { ...said, fingerprint: "filing/1" };
    const headers = { "idempotency-key": "open-1" };
    const first = await json<IncidentDetail>(await plane.request(path, { as: people.clerk, body, headers }), 201);
    const again = await plane.request(path, { as: people.clerk, body, headers });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const joined = await json<IncidentDetail>(await plane.request(path, { as: people.operator, body }), 200);
    expect([joined.id, joined.signals]).toEqual([first.id, 2]);
  });

  it("shows and changes only incidents of the families that one has a role in", async () => {
    const other = { ...said, family: "chittyos" };
    const { id } = await json<IncidentDetail>(await plane.request(path, { as: people.operator, body: other }), 201);
    expect((await plane.request(`${path}/${id}`, { as: people.clerk })).status).toBe(404);
    expect((await plane.request(`${path}/${id}/ack`, { as: people.clerk, body: {} })).status).toBe(404);
    expect((await plane.request(path, { as: people.clerk, body: other })).status).toBe(403);
    expect((await plane.request(`${path}?family=chittyos`, { as: people.clerk })).status).toBe(403);
    const page = await json<IncidentPage>(await plane.request(path, { as: people.clerk }), 200);
    expect(new Set(page.incidents.map(({ family }) => family))).toEqual(new Set(["cook-county"]));
    expect((await plane.request(`${path}/${id}/ack`, { as: people.viewer, body: {} })).status).toBe(403);
  });

  it("knows what was deployed before, from the event of the deployment", async () => {
    const event = {
      specversion: "1.0",
      id: "d-1",
      source: "chittyops",
      type: "cc.chitty.deployment.finished",
      subject: "chittyops/local",
      family: "chittyos",
      time: new Date(Date.now() - 60_000).toISOString(),
      data: { text: "commit 1a2b3c" },
    };
    await json(await plane.request("/api/v1/events", { as: people.operator, body: event }), 202);
    const opened = await json<IncidentDetail>(await plane.request(path, { as: people.clerk, body: said }), 201);
    expect(opened.changes).toEqual([{ at: event.time, subject: "chittyops/local", text: "commit 1a2b3c" }]);
  });

  it("refuses what it does not know or is not allowed, with everything that is wrong", async () => {
    const { id } = await json<IncidentDetail>(await plane.request(path, { as: people.clerk, body: said }), 201);
    const cases: [
      string,
      { as?: string; method?: string; body?: unknown; headers?: Record<string, string> },
      number,
      RegExp,
    ][] = [
      [path, {}, 401, /Access/],
      [path, { as: people.stranger }, 403, /role viewer/],
      [path, { as: people.viewer, body: said }, 403, /role operator/],
      [path, { as: people.clerk, body: "{" }, 400, /./],
      [path, { as: people.clerk, body: "" }, 400, /./],
      [path, { as: people.clerk, body: "text", headers: { "content-type": "text/plain" } }, 415, /./],
      [
        path,
        { as: people.clerk, body: { ...said, severity: "bad", title: "", extra: 1 } },
        400,
        /title.*severity.*extra|extra/s,
      ],
      [path, { as: people.clerk, body: { ...said, title: "x".repeat(201) } }, 400, /title/],
      [path, { as: people.clerk, body: { ...said, description: "x".repeat(300_000) } }, 413, /at most/],
      [path, { as: people.clerk, body: { ...said, fingerprint: "two words" } }, 400, /fingerprint/],
      [path, { as: people.clerk, body: said, headers: { "idempotency-key": "with space" } }, 400, /Idempotency-Key/],
      [`${path}?limit=0`, { as: people.clerk }, 400, /limit/],
      [`${path}?limit=201`, { as: people.clerk }, 400, /limit/],
      [`${path}?after=17`, { as: people.clerk }, 400, /after/],
      [`${path}?stat=open`, { as: people.clerk }, 400, /stat/],
      [`${path}/inc-999999`, { as: people.clerk }, 404, /chittyops incidents list/],
      [`${path}/${id}/resolve`, { as: people.clerk, body: {} }, 400, /resolution/],
      [`${path}/${id}/note`, { as: people.clerk, body: { text: 5 } }, 400, /text/],
      [`${path}/${id}/ack`, { as: people.clerk, body: { owner: "nobody" } }, 400, /owner/],
      [`${path}/${id}/escalate`, { as: people.clerk, body: { reason: "r", severity: "info" } }, 409, /higher severity/],
      [`${path}/${id}/review`, { as: people.clerk, body: { summary: "s", cause: "c" } }, 409, /resolved/],
      [`${path}/${id}/close`, { as: people.clerk, body: {} }, 404, /nothing at/],
    ];
    for (const [url, init, status, detail] of cases) {
      const response = await plane.request(url, init);
      const problem = (await response.json()) as { detail: string };
      expect([url, init.body, response.status, problem.detail]).toEqual([
        url,
        init.body,
        status,
        expect.stringMatching(detail),
      ]);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
    }
  });
});
