import { CloudEvent as OfficialEvent } from "cloudevents";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CloudEvent, NewSubscription } from "../../../contracts/ops-events.ts";
import { ProblemError } from "../../problem/problem.ts";
import { type MemoryStorage, memoryStorage } from "../../storage/testing/memory-storage.ts";
import { type Receiver, receiver } from "../testing/receiver.ts";
import { Hub } from "./hub.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const day = 24 * 3_600_000;
let storage: MemoryStorage;
let now: number;
let open: Receiver[];
beforeEach(() => {
  storage = memoryStorage();
  now = Date.now();
  open = [];
});
afterEach(async () => {
  for (const one of open) await one.close();
});

/** A new one over what the one before left behind, as after an eviction. */
const hub = (local = true) =>
  new Hub(storage, { clock: { now: () => now }, random: () => 0.5, local, url: "http://ops.test" });
const listen = async (...args: Parameters<typeof receiver>) => {
  const one = await receiver(...args);
  open.push(one);
  return one;
};
const event = (changes: Partial<CloudEvent> = {}): CloudEvent => ({
  specversion: "1.0",
  id: crypto.randomUUID(),
  source: "chittycanon://core/services/chittyfinance",
  type: "cc.chitty.finance.invoice.paid",
  ...changes,
});
const subscription = (url: string, changes: Partial<NewSubscription> = {}): NewSubscription => ({
  name: "books",
  url,
  topics: ["cc.chitty.finance"],
  filters: [],
  secret,
  ...changes,
});
const problemOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  return undefined;
};

describe("an event", () => {
  it("reaches a subscription signed, as the CloudEvent that it is", async () => {
    const { url, received } = await listen();
    hub().subscribe(subscription(`${url}/hook`));
    hub().events.publish([event({ id: "1", subject: "invoices/7", data: { cents: 5 } })]);
    await hub().deliveries.run();
    const [{ body, headers } = { body: "", headers: {} }] = received;
    const verified = new Webhook(secret).verify(body, headers as Record<string, string>);
    expect(new OfficialEvent(verified as ConstructorParameters<typeof OfficialEvent>[0]).validate()).toBe(true);
    expect(verified).toMatchObject({ id: "1", subject: "invoices/7", data: { cents: 5 } });
    expect(headers).toMatchObject({
      "webhook-id": "evt_1",
      "content-type": "application/cloudevents+json; charset=utf-8",
    });
  });

  it("is stored once by its source and id, however often it comes", async () => {
    const { url, received } = await listen();
    hub().subscribe(subscription(url));
    expect(hub().events.publish([event({ id: "1" }), event({ id: "1" }), event({ id: "1", source: "other" })])).toEqual(
      [
        { sequence: 1, known: false },
        { sequence: 1, known: true },
        { sequence: 2, known: false },
      ],
    );
    await hub().deliveries.run();
    expect(received).toHaveLength(2);
  });

  it("goes to those who want it, by topic, filter and family", async () => {
    const wants = (changes: Partial<NewSubscription>) => ({ topics: ["cc.chitty"], filters: [], ...changes });
    const given = event({ subject: "invoices/7", family: "cook-county", count: 3, data: { a: 1 } });
    const cases: [Partial<NewSubscription>, boolean][] = [
      [wants({}), true],
      [wants({ topics: ["cc.chitty.finance.invoice.paid"] }), true],
      [wants({ topics: ["cc.chitty.fin"] }), false],
      [wants({ topics: ["cc.chitty.other", "cc"] }), true],
      [wants({ family: "cook-county" }), true],
      [wants({ family: "chitty-apps" }), false],
      [wants({ filters: [{ prefix: { subject: "invoices/" } }, { exact: { count: "3" } }] }), true],
      [wants({ filters: [{ suffix: { subject: "/7", source: "/other" } }] }), false],
      [wants({ filters: [{ exact: { absent: "" } }] }), false],
      [wants({ filters: [{ prefix: { data: "[object" } }] }), false],
    ];
    const { url, received } = await listen();
    for (const [index, [changes]] of cases.entries()) {
      hub().subscribe(subscription(`${url}/${index}`, { ...changes, name: `s${index}` }));
    }
    hub().events.publish([given]);
    await hub().deliveries.run();
    const expected = cases.flatMap(([, is], index) => (is ? [`/${index}`] : []));
    expect(received.map(({ path }) => path).sort()).toEqual(expected.sort());
  });

  it("is refused when it is none, or too large, and nothing of its batch is stored", () => {
    const publish = (bad: CloudEvent) => problemOf(() => hub().events.publish([event(), bad]));
    expect(publish(event({ Bad_Name: "x", nested: { a: 1 } as never, data: 1, data_base64: "MQ==" }))).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/Bad_Name.*nested.*data, data_base64/),
    });
    expect(publish(event({ data: "ü".repeat(33_000) }))).toMatchObject({ status: 413 });
    expect(hub().events.list({ families: "all", limit: 10 }).events).toEqual([]);
  });

  it("is kept for thirty days, and longer while somebody waits for it", async () => {
    const { url } = await listen((_, response, count) => void response.writeHead(count === 1 ? 500 : 204).end());
    hub().subscribe(subscription(url, { topics: ["cc.wanted"] }));
    hub().events.publish([event(), event({ type: "cc.wanted" }), event()]);
    await hub().deliveries.run();
    now += 31 * day;
    hub().events.publish([event()]);
    hub().tidy();
    const kept = () =>
      hub()
        .events.list({ families: "all", limit: 10 })
        .events.map(({ sequence }) => sequence);
    expect(kept()).toEqual([2, 3, 4]);
    await hub().deliveries.run();
    hub().tidy();
    expect(kept()).toEqual([4]);
  });
});

describe("a rule over events", () => {
  it("opens an incident at so many of one subject within its time, tells the desk though it fails first, and not of itself", async () => {
    const incident = { title: "Invoices fail", severity: "minor" as const, family: "chittyos" };
    const rule = { name: "invoices", topic: "cc.chitty", filters: [], count: 3, withinSeconds: 60, incident };
    hub().rules.set(rule);
    const publish = (changes: Partial<CloudEvent>) => hub().events.publish([event(changes)]);
    for (const subject of ["a", "b", "a"]) publish({ subject });
    now += 61_000;
    publish({ subject: "a" });
    for (let index = 0; index < 5; index += 1) publish({ subject: "a", type: "cc.chitty.incident.opened" });
    expect(hub().rules.settled).toBe(true);
    for (let index = 0; index < 2; index += 1) publish({ subject: "a" });
    const raised: string[] = [];
    let down = true;
    const desk = {
      raise: async ({ fingerprint }: { fingerprint: string }) => {
        if (down) throw new Error("the desk fails");
        raised.push(fingerprint);
      },
      clear: async () => {},
    };
    await expect(hub().rules.tell(desk)).rejects.toThrow("fails");
    down = false;
    await hub().rules.tell(desk);
    expect([raised, hub().rules.settled]).toEqual([["rule/invoices/a"], true]);
  });
});

describe("a subscription", () => {
  it("that answers 410 is disabled, which is an event, and is told nothing any more", async () => {
    const { url, received } = await listen((_, response) => void response.writeHead(410).end());
    hub().subscribe(subscription(url, { topics: ["cc.chitty"] }));
    hub().events.publish([event({ subject: "a" }), event({ subject: "a" })]);
    await hub().deliveries.run();
    expect(received).toHaveLength(1);
    const { events } = hub().events.list({ families: "all", topic: "cc.chitty.subscription", limit: 10 });
    expect(events).toMatchObject([{ event: { type: "cc.chitty.subscription.disabled", subject: "books" } }]);
    // Two that waited, and the event that says so.
    expect(hub().subscriptions.find("books", "all")).toMatchObject({ state: "disabled", dead: 3, waiting: 0 });
  });

  it("shows neither its secret nor the query of its address, before and after a rotation", async () => {
    const { url, received } = await listen();
    hub().subscribe(subscription(`${url}/hook?token=canary`));
    const next = `whsec_${Buffer.alloc(24, 9).toString("base64")}`;
    await hub().subscriptions.rotate("books", { secret: next, overlapSeconds: 60 });
    const shown = JSON.stringify([hub().subscriptions.all("all"), hub().subscriptions.find("books", "all")]);
    for (const hidden of ["canary", secret, next, "whsec_"]) expect(shown).not.toContain(hidden);
    hub().events.publish([event()]);
    await hub().deliveries.run();
    const [{ body, headers } = { body: "", headers: {} }] = received;
    for (const key of [secret, next]) new Webhook(key).verify(body, headers as Record<string, string>);
  });

  it("to an address inside a network is refused; in local only this machine is asked", () => {
    const refusal = (url: string, local: boolean) => problemOf(() => hub(local).subscribe(subscription(url)))?.detail;
    for (const url of ["https://10.1.2.3/", "https://localhost/", "http://receiver.example/", "https://a.internal/"]) {
      expect(refusal(url, false)).toMatch(/^url: it .*Expected https: and a public host name/);
    }
    for (const url of ["https://receiver.example/", "http://10.1.2.3/"]) {
      expect(refusal(url, true)).toMatch(/Expected an address of this machine/);
    }
    expect(hub().subscriptions.all("all")).toEqual([]);
  });

  it("is seen by those who may see its family", () => {
    for (const [name, family] of [
      ["all", undefined],
      ["court", "cook-county"],
    ] as const) {
      hub().subscribe(subscription("http://127.0.0.1:1/", { name, ...(family && { family }) }));
    }
    expect(
      hub()
        .subscriptions.all("all")
        .map(({ id }) => id),
    ).toEqual(["all", "court"]);
    expect(
      hub()
        .subscriptions.all(["cook-county"])
        .map(({ id }) => id),
    ).toEqual(["court"]);
    expect(hub().subscriptions.find("all", ["cook-county"])).toBeUndefined();
  });
});
