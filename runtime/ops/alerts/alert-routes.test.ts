import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Receiver, receiver } from "../testing/receiver.ts";
import { people, type WorkerdPlane, workerdPlane } from "../testing/workerd-plane.ts";

const path = "/api/v1/alerts";
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
let plane: WorkerdPlane;
let target: Receiver;
beforeAll(async () => {
  plane = await workerdPlane();
  target = await receiver();
});
afterAll(async () => {
  await plane?.dispose();
  await target?.close();
});
const status = async (url: string, init: Parameters<WorkerdPlane["request"]>[1]) =>
  (await plane.request(`${path}${url}`, init)).status;
const later = () => new Date(Date.now() + 3_600_000).toISOString();

describe("the API of alerting", () => {
  it("tells a destination of an incident by a route, in workerd", async () => {
    const as = people.operator;
    const ops = { kind: "webhook", name: "ops", url: `${target.url}/ops?token=canary`, secret };
    expect(await status("/destinations", { as, body: ops })).toBe(201);
    expect(await status("/routes", { as, body: { name: "all", destinations: ["ops"], groupWaitSeconds: 0 } })).toBe(
      200,
    );
    const said = { title: "<b>down</b>", severity: "major", family: "chittyos" };
    expect((await plane.request("/api/v1/incidents", { as, body: said })).status).toBe(201);
    const { body } = await vi.waitUntil(() => target.received[0], { timeout: 20_000, interval: 20 });
    expect(JSON.parse(body)).toMatchObject({ type: "alert.firing", data: { title: "<b>down</b>", total: 1 } });
    for (const url of ["/destinations", "/routes", "/silences", "/heartbeat"]) {
      const text = await (await plane.request(`${path}${url}`, { as: people.viewer })).text();
      expect(text).not.toMatch(/canary|whsec_/);
    }
  });

  it("opens an incident by a rule over events, and takes it for over by one", async () => {
    const as = people.operator;
    const incident = { title: "Invoices fail", severity: "minor", family: "chittyos" };
    const rule = { name: "invoices", topic: "cc.invoice.failed", count: 3, clearTopic: "cc.invoice.paid", incident };
    expect(await status("/rules", { as: people.clerk, body: rule })).toBe(403);
    expect(await status("/rules", { as, body: { ...rule, topic: "cc.chitty.incident.opened" } })).toBe(400);
    expect(await status("/rules", { as, body: rule })).toBe(200);
    const publish = async (type: string, id: string) => {
      const event = { specversion: "1.0", id, source: "test", type, subject: "invoices/7" };
      expect((await plane.request("/api/v1/events", { as, body: event })).status).toBe(202);
    };
    const found = async () => {
      const page = await plane.request("/api/v1/incidents?subject=invoices%2F7", { as });
      return ((await page.json()) as { incidents: { state: string; source: string }[] }).incidents;
    };
    for (const id of ["1", "2", "2", "3"]) await publish("cc.invoice.failed", id);
    await vi.waitUntil(async () => (await found()).length === 1, { timeout: 20_000, interval: 20 });
    expect(await found()).toMatchObject([{ state: "open", source: "rule/invoices" }]);
    await publish("cc.invoice.paid", "4");
    await vi.waitUntil(async () => (await found())[0]?.state === "resolved", { timeout: 20_000, interval: 20 });
    expect(await status("/rules/invoices", { as, method: "DELETE" })).toBe(204);
    expect(await status("/rules/invoices", { as, method: "DELETE" })).toBe(404);
  });

  it("names the outside switch, by an administrator of all families only", async () => {
    const body = { heartbeat: { url: `${target.url}/beat?key=canary`, everySeconds: 30 } };
    expect(await status("/heartbeat", { as: people.operator, body, method: "PUT" })).toBe(403);
    const named = await plane.request(`${path}/heartbeat`, { as: people.admin, body, method: "PUT" });
    expect([named.status, await named.text()]).toEqual([200, expect.not.stringContaining("canary")]);
    await vi.waitUntil(() => target.received.some(({ path: at }) => at.startsWith("/beat")), { timeout: 20_000 });
    const none = await plane.request(`${path}/heartbeat`, {
      as: people.admin,
      body: { heartbeat: null },
      method: "PUT",
    });
    expect(await none.json()).toEqual({ heartbeat: null });
  });

  it("keeps to the families that one has a role in", async () => {
    const as = people.clerk;
    const own = { kind: "webhook", name: "court", url: target.url, secret, family: "cook-county" };
    expect(await status("/destinations", { as, body: own })).toBe(201);
    expect(await status("/destinations", { as, body: { ...own, name: "all", family: undefined } })).toBe(403);
    expect(await status("/destinations/ops", { as, method: "DELETE" })).toBe(404);
    const match = { families: ["cook-county"] };
    expect(await status("/routes", { as, body: { name: "court", destinations: ["court"], match } })).toBe(200);
    for (const families of [undefined, ["chittyos"], ["cook-county", "chittyos"]]) {
      const other = { name: "court", destinations: ["court"], match: { families } };
      expect(await status("/routes", { as, body: other })).toBe(403);
    }
    expect(await status("/routes", { as, body: { name: "all", destinations: ["court"], match } })).toBe(403);
    expect(await status("/routes/all", { as, method: "DELETE" })).toBe(403);
    const silence = { match, until: later(), reason: "works" };
    expect(await status("/silences", { as, body: silence })).toBe(201);
    expect(await status("/silences", { as, body: { ...silence, match: { sources: ["sync"] } } })).toBe(403);
  });

  it("refuses what it does not know or is not allowed, with everything that is wrong", async () => {
    const as = people.admin;
    const good = { kind: "webhook", name: "new", url: target.url, secret };
    const route = { name: "new", destinations: ["ops"] };
    const silence = { match: { sources: ["sync"] }, until: later(), reason: "works" };
    const cases: [string, Parameters<WorkerdPlane["request"]>[1], number, RegExp][] = [
      ["/destinations", {}, 401, /Access/],
      ["/destinations", { as: people.viewer, body: good }, 403, /operator/],
      ["/destinations", { as, body: { ...good, kind: "fax" } }, 400, /kind/],
      ["/destinations", { as, body: { ...good, secret: "x", name: "A b", extra: 1 } }, 400, /name.*secret.*extra/],
      ["/destinations", { as, body: { ...good, url: "https://10.0.0.1/" } }, 400, /this machine/],
      [
        "/destinations",
        { as, body: { kind: "slack", name: "s", url: "https://hooks.slack.com/x" } },
        400,
        /this machine/,
      ],
      ["/destinations", { as, body: { kind: "pagerduty", name: "p", routingKey: "short" } }, 400, /32 letters/],
      ["/destinations", { as, body: { kind: "email", name: "e", to: ["nobody"], from: "a" } }, 400, /from.*to.*apiKey/],
      ["/destinations", { as, body: good, headers: { "content-type": "text/plain" } }, 415, /./],
      ["/routes", { as, body: { ...route, destinations: [] } }, 400, /destinations/],
      ["/routes", { as, body: { ...route, destinations: ["typo"] } }, 400, /no typo/],
      ["/routes", { as, body: { ...route, match: { severity: ["major"] } } }, 400, /severity/],
      ["/routes", { as, body: { ...route, escalateAfterSeconds: 5 } }, 400, /escalateAfterSeconds/],
      ["/routes/none", { as, method: "DELETE" }, 404, /none/],
      ["/silences", { as, body: { ...silence, match: {} } }, 400, /silence of everything/],
      ["/silences", { as, body: { ...silence, until: "2020-01-01T00:00:00Z" } }, 400, /30 days/],
      ["/silences", { as, body: { ...silence, until: "tomorrow", reason: "" } }, 400, /until.*reason/],
      ["/silences/none", { as, method: "DELETE" }, 404, /none/],
      ["/heartbeat", { as, method: "PUT", body: { heartbeat: { url: "https://10.0.0.1/" } } }, 400, /this machine/],
      ["/heartbeat", { as, method: "PUT", body: {} }, 400, /heartbeat/],
    ];
    for (const [url, init, expected, detail] of cases) {
      const response = await plane.request(`${path}${url}`, init);
      const text = await response.text();
      expect([url, init?.body, response.status, text]).toEqual([
        url,
        init?.body,
        expected,
        expect.stringMatching(detail),
      ]);
    }
  });
});
