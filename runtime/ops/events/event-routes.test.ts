import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HTTP, CloudEvent as OfficialEvent } from "cloudevents";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { verifyChain } from "../../../contracts/hash-chain.ts";
import { type OpsAuditRecord, opsAuditChain } from "../../../contracts/ops-audit.ts";
import type { DeadLetterPage } from "../../../contracts/ops-deliveries.ts";
import type { EventPage } from "../../../contracts/ops-events.ts";
import { type Receiver, receiver } from "../testing/receiver.ts";
import { people, type WorkerdPlane, workerdPlane } from "../testing/workerd-plane.ts";

const path = "/api/v1/events";
const subscriptions = "/api/v1/subscriptions";
const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const eventually = <T>(check: () => T | Promise<T>) => vi.waitUntil(check, { timeout: 30_000, interval: 20 });
const event = (changes: object = {}) => ({
  specversion: "1.0",
  id: crypto.randomUUID(),
  source: "chittycanon://core/services/chittyfinance",
  type: "cc.chitty.finance.invoice.paid",
  ...changes,
});
const json = async <T>(response: Response, status: number): Promise<T> => {
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.anything()]);
  return JSON.parse(text);
};

let plane: WorkerdPlane;
let books: Receiver;
beforeAll(async () => {
  plane = await workerdPlane();
  books = await receiver();
});
afterAll(async () => {
  await plane?.dispose();
  await books?.close();
});
const list = async (query: string, as: string = people.viewer) =>
  json<EventPage>(await plane.request(`${path}?${query}`, { as }), 200);

describe("the API of events", () => {
  it("takes what the official library sends, one or several, and gives them back in pages", async () => {
    const official = new OfficialEvent({ source: "test", type: "cc.page.one", subject: "s", data: { a: 1 } });
    const structured = HTTP.structured(official);
    const headers = { ...(structured.headers as Record<string, string>) };
    await json(await plane.request(path, { as: people.operator, body: String(structured.body), headers }), 202);
    const batch = Array.from({ length: 5 }, (_, index) => event({ type: "cc.page.two", id: `p-${index}` }));
    const published = await json(await plane.request(path, { as: people.operator, body: batch }), 202);
    expect(published).toMatchObject({ events: Array.from({ length: 5 }, () => ({ known: false })) });
    const again = await json(await plane.request(path, { as: people.operator, body: batch[0] }), 202);
    expect(again).toMatchObject({ events: [{ known: true }] });

    const first = await list("topic=cc.page&limit=4");
    const rest = await list(`topic=cc.page&limit=4&after=${first.next}`);
    expect([first.events.length, rest.events.length, rest.next]).toEqual([4, 2, undefined]);
    expect(first.events[0]?.event).toMatchObject({ type: "cc.page.one", data: { a: 1 } });
    const back = await list("topic=cc.page&limit=2&before=1000000");
    expect(back.events.map(({ event: { id } }) => id)).toEqual(["p-4", "p-3"]);
  });

  it("shows to operators of a family its events and no others, and takes no others from them", async () => {
    const court = event({ type: "cc.family.court", family: "cook-county" });
    const shared = event({ type: "cc.family.shared" });
    await json(await plane.request(path, { as: people.clerk, body: court }), 202);
    await json(await plane.request(path, { as: people.operator, body: shared }), 202);
    expect((await plane.request(path, { as: people.clerk, body: shared })).status).toBe(403);
    expect((await plane.request(path, { as: people.clerk, body: [court, shared] })).status).toBe(403);
    expect((await list("topic=cc.family", people.clerk)).events.map(({ event: { type } }) => type)).toEqual([
      court.type,
    ]);
    expect((await list("topic=cc.family")).events).toHaveLength(2);
  });

  it("stores what services send to the queue, and says of what is no event why it is none", async () => {
    await plane.send([
      event({ type: "cc.queue.good", subject: "<script>alert(1)</script>" }),
      "no event",
      event({ type: "" }),
    ]);
    const good = await eventually(async () => (await list("topic=cc.queue.good")).events[0]);
    expect(good?.event.subject).toBe("<script>alert(1)</script>");
    const refused = await eventually(async () => {
      const { events } = await list("topic=cc.chitty.event.refused");
      return events.length === 2 && events;
    });
    expect(refused.map(({ event: { data } }) => data)).toEqual(
      expect.arrayContaining([
        { reason: expect.stringMatching(/object/), body: "no event" },
        { reason: expect.stringMatching(/^type/), body: expect.stringContaining("chittyfinance") },
      ]),
    );
  });

  it("sends to a subscription what it is for, signed, and sends dead letters again", async () => {
    const body = { name: "books", url: `${books.url}/hook?token=canary`, topics: ["cc.sub"], secret };
    const headers = { "idempotency-key": "subscribe-1" };
    const added = await plane.request(subscriptions, { as: people.operator, body, headers });
    const text = await added.text();
    expect([added.status, text]).toEqual([201, expect.not.stringMatching(/canary|whsec_/)]);
    expect((await plane.request(subscriptions, { as: people.operator, body })).status).toBe(409);
    await json(await plane.request(path, { as: people.operator, body: event({ type: "cc.sub.one", id: "one" }) }), 202);
    const received = await eventually(() => books.received[0]);
    expect(new Webhook(secret).verify(received?.body ?? "", received?.headers as never)).toMatchObject({ id: "one" });

    const gone = await receiver((_, response, count) => void response.writeHead(count === 1 ? 410 : 204).end());
    try {
      const court = { ...body, name: "court", url: gone.url, topics: ["cc.gone"], family: "cook-county" };
      await json(await plane.request(subscriptions, { as: people.clerk, body: court }), 201);
      const lost = event({ type: "cc.gone", id: "lost", family: "cook-county" });
      await json(await plane.request(path, { as: people.clerk, body: lost }), 202);
      const of = `${subscriptions}/court`;
      const { deadLetters } = await eventually(async () => {
        const page = await json<DeadLetterPage>(await plane.request(`${of}/dead-letters`, { as: people.clerk }), 200);
        return page.deadLetters.length > 0 && page;
      });
      expect(deadLetters).toMatchObject([{ endpoint: "court", what: expect.stringMatching(/^cc.gone lost/) }]);
      const replay = (given: object) =>
        plane.request(`${of}/dead-letters/replay`, { as: people.clerk, body: given, method: "POST" });
      expect((await replay({})).status).toBe(409);
      await json(await plane.request(`${of}/enable`, { as: people.clerk, method: "POST" }), 200);
      expect((await replay({ id: 999 })).status).toBe(404);
      expect(await json(await replay({ id: deadLetters[0]?.id }), 200)).toEqual({ replayed: 1 });
      await eventually(() => gone.received.length === 2);
      expect((await plane.request(of, { as: people.clerk, method: "DELETE" })).status).toBe(204);
      expect((await plane.request(`${of}/dead-letters`, { as: people.clerk })).status).toBe(404);
    } finally {
      await gone.close();
    }
    const shown = await (await plane.request(subscriptions, { as: people.viewer })).text();
    expect(shown).toContain("/hook");
    expect(shown).not.toMatch(/canary|whsec_/);
  });

  it("refuses what it does not know or is not allowed, with everything that is wrong", async () => {
    const good = { name: "new", url: books.url, topics: ["cc"], secret };
    const as = people.operator;
    const cases: [string, Parameters<WorkerdPlane["request"]>[1], number, RegExp][] = [
      [path, {}, 401, /Access/],
      [path, { as: people.viewer, body: event() }, 403, /operator/],
      [path, { as, body: "[" }, 400, /./],
      [path, { as, body: [] }, 400, /./],
      [path, { as, body: Array.from({ length: 101 }, () => event()) }, 400, /100/],
      [
        path,
        { as, body: event({ specversion: "0.3", id: 5, source: "", time: "now" }) },
        400,
        /specversion.*id.*source.*time/,
      ],
      [path, { as, body: event({ UPPER: "x" }) }, 400, /UPPER/],
      [path, { as, body: event({ data: "x".repeat(70_000) }) }, 413, /65536/],
      [path, { as, body: event({ data: "x".repeat(270_000) }) }, 413, /262144/],
      [`${path}?limit=0`, { as }, 400, /limit/],
      [`${path}?after=-1`, { as }, 400, /after/],
      [`${path}?topic=a%20b`, { as }, 400, /topic/],
      [`${path}?since=1`, { as }, 400, /since/],
      [subscriptions, { as: people.clerk, body: good }, 403, /operator/],
      [subscriptions, { as, body: { ...good, secret: "short" } }, 400, /whsec_/],
      [subscriptions, { as, body: { ...good, name: "Bad Name", topics: [], extra: 1 } }, 400, /name.*topics.*extra/],
      [subscriptions, { as, body: { ...good, url: "https://10.0.0.1/" } }, 400, /this machine/],
      [subscriptions, { as, body: { ...good, url: "javascript:alert(1)" } }, 400, /this machine/],
      [subscriptions, { as, body: { ...good, filters: [{ sql: "1=1" }] } }, 400, /filters/],
      [`${subscriptions}/nobody/enable`, { as, method: "POST" }, 404, /nobody/],
      [`${subscriptions}/nobody`, { as, method: "DELETE" }, 404, /nobody/],
      [`${subscriptions}/books/secret`, { as, body: { secret, overlapSeconds: -1 } }, 400, /overlapSeconds/],
      [`${subscriptions}/books/dead-letters/replay`, { as, body: { id: "x" } }, 400, /id/],
      [`${subscriptions}/books`, { as: people.clerk, method: "DELETE" }, 404, /books/],
    ];
    for (const [url, init, status, detail] of cases) {
      const response = await plane.request(url, init);
      const problem = (await response.json()) as { detail: string };
      expect([url, init?.body, response.status, problem.detail]).toEqual([
        url,
        init?.body,
        status,
        expect.stringMatching(detail),
      ]);
    }
  });
});

describe("a plane that is killed and started again", () => {
  it("has every event, incident and audit record that it acknowledged, in one chain, and delivers what it had not", async () => {
    const persist = mkdtempSync(join(tmpdir(), "plane-"));
    const acknowledged: string[] = [];
    const incidents: string[] = [];
    let down = true;
    const target = await receiver((_, response) => void response.writeHead(down ? 503 : 204).end());
    try {
      let running = await workerdPlane({ persist });
      const body = { name: "books", url: target.url, topics: ["cc"], secret };
      await json(await running.request(subscriptions, { as: people.operator, body }), 201);
      const publishing = Array.from({ length: 60 }, async (_, index) => {
        const sent = event({ id: `k-${index}`, subject: `s${index % 5}` });
        const answer = await running.request(path, { as: people.operator, body: sent });
        if (answer.status === 202) acknowledged.push(sent.id);
        const said = { title: `incident ${index}`, severity: "minor", family: "chittyos" };
        const opened = await running.request("/api/v1/incidents", { as: people.operator, body: said });
        if (opened.status === 201) incidents.push(((await opened.json()) as { id: string }).id);
      });
      const settled = Promise.allSettled(publishing);
      await eventually(() => acknowledged.length >= 20 && incidents.length >= 5);
      await running.kill();
      await settled;
      down = false;

      running = await workerdPlane({ persist });
      try {
        const page = await json<EventPage>(
          await running.request(`${path}?topic=cc.chitty.finance&limit=500`, { as: people.viewer }),
          200,
        );
        const stored = page.events.map(({ event: { id } }) => id);
        expect(stored).toEqual(expect.arrayContaining(acknowledged));
        for (const id of incidents) {
          expect((await running.request(`/api/v1/incidents/${id}`, { as: people.viewer })).status).toBe(200);
        }
        const { records } = await json<{ records: OpsAuditRecord[] }>(
          await running.request("/api/v1/audit?limit=1000", { as: people.viewer }),
          200,
        );
        const recorded = (action: string) => records.filter((record) => record.action === action).length;
        expect(recorded("event.publish")).toBeGreaterThanOrEqual(acknowledged.length);
        expect(recorded("incident.open")).toBeGreaterThanOrEqual(incidents.length);
        expect(verifyChain(records, { chain: opsAuditChain("local") }).problems).toEqual([]);
        // What was tried before waits for its next attempt; the rest of a key comes after it.
        await eventually(async () => {
          const got = new Set(target.received.map((one) => JSON.parse(one.body).id));
          return acknowledged.every((id) => got.has(id));
        });
      } finally {
        await running.dispose();
      }
    } finally {
      await target.close();
      rmSync(persist, { recursive: true, force: true });
    }
  });
});
