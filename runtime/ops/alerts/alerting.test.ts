import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AlertNotice, alertNotice, alertRoute, newDestination } from "../../../contracts/ops-alerts.ts";
import type { Signal } from "../../../contracts/ops-incidents.ts";
import { ProblemError } from "../../problem/problem.ts";
import { type MemoryStorage, memoryStorage } from "../../storage/testing/memory-storage.ts";
import { Desk } from "../incidents/desk.ts";
import { type Receiver, receiver } from "../testing/receiver.ts";
import { DeadManSwitch } from "./dead-man-switch.ts";

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const minute = 60_000;
const person = { kind: "operator", id: "ann@chitty.cc" } as const;
let storage: MemoryStorage;
let now: number;
let target: Receiver;
/** What the receiver answers at a path; by default 204. */
let answers: Record<string, number>;
beforeEach(async () => {
  storage = memoryStorage();
  now = Date.parse("2026-11-26T12:00:00Z");
  answers = {};
  target = await receiver(({ path }, response) => void response.writeHead(answers[path] ?? 204).end());
});
afterEach(() => target.close());

/** A new one over what the one before left behind, as after an eviction. */
const desk = () =>
  new Desk(storage, {
    clock: { now: () => now },
    random: () => 0.5,
    local: true,
    url: "https://ops.chitty.cc",
    family: "chittyos",
  });
const destination = (name: string, changes: object = { secret }) =>
  desk().addDestination(newDestination.parse({ kind: "webhook", name, url: `${target.url}/${name}`, ...changes }));
const route = (changes: object) =>
  desk().setRoute(alertRoute.parse({ name: "all", destinations: ["ops"], ...changes }));
const raise = (changes: Partial<Signal> = {}) =>
  desk().incidents.raise({
    fingerprint: "service-down/chittyfinance",
    title: "chittyfinance does not answer",
    severity: "major",
    family: "chittyos",
    source: "health",
    subject: "chittyfinance",
    description: "",
    at: new Date(now).toISOString(),
    ...changes,
  });
/** Lets time pass as the alarm would see it. */
const pass = async (milliseconds: number) => {
  const end = now + milliseconds;
  for (let due = desk().nextDue; due !== undefined && due <= end; due = desk().nextDue) {
    now = Math.max(now, due);
    await desk().run();
  }
  now = end;
};
const told = (name: string): AlertNotice[] =>
  target.received.filter(({ path }) => path === `/${name}`).map(({ body }) => alertNotice.parse(JSON.parse(body).data));
const lines = (name: string) => told(name).map(({ status, title }) => `${status} ${title}`);

describe("a notice", () => {
  it("is signed, says what is wrong and where, and when it is over", async () => {
    destination("ops");
    route({});
    raise({ runbook: "docs/runbooks/finance.md" });
    await pass(minute);
    desk().incidents.clear("service-down/chittyfinance", "2 checks succeeded");
    await pass(minute);
    const [first] = target.received;
    expect(first?.headers["webhook-signature"]).toBe(
      new Webhook(secret).sign(
        String(first?.headers["webhook-id"]),
        new Date(Number(first?.headers["webhook-timestamp"]) * 1_000),
        first?.body ?? "",
      ),
    );
    expect(lines("ops")).toEqual(["firing chittyfinance does not answer", "resolved chittyfinance does not answer"]);
    expect(told("ops")[0]?.incidents).toMatchObject([
      { id: "inc-1", url: "https://ops.chitty.cc/incidents/inc-1", runbook: "docs/runbooks/finance.md" },
    ]);
    expect(
      desk()
        .incidents.get("inc-1")
        ?.timeline.map(({ what }) => what),
    ).toEqual(["opened", "notified", "resolved"]);
  });

  it("is one for all incidents of a group, and waits for them", async () => {
    destination("ops");
    route({ groupBy: ["family"], groupWaitSeconds: 30 });
    for (let index = 0; index < 25; index += 1) {
      raise({ fingerprint: `f/${index}`, severity: index === 7 ? "critical" : "minor", title: `f ${index}` });
      await pass(1_000);
    }
    raise({ fingerprint: "other", family: "cook-county" });
    await pass(minute);
    expect(lines("ops")).toEqual(["firing f 7 and 24 more", "firing chittyfinance does not answer"]);
    expect(told("ops")[0]).toMatchObject({ severity: "critical", total: 25 });
    expect(told("ops")[0]?.incidents).toHaveLength(20);
  });

  it("goes where its family, severity and source say, and not of other families than a destination's", async () => {
    for (const name of ["court", "worst", "sync"])
      destination(name, { secret, ...(name === "court" && { family: "cook-county" }) });
    const wait = { groupWaitSeconds: 0 };
    route({ ...wait, name: "a", destinations: ["court"], match: {} });
    route({ ...wait, name: "b", destinations: ["worst"], match: { severities: ["critical"] } });
    route({ ...wait, name: "c", destinations: ["sync"], match: { sources: ["sync"], families: ["chittyos"] } });
    raise({ fingerprint: "1", title: "one" });
    raise({ fingerprint: "2", title: "two", family: "cook-county", severity: "critical", source: "sync" });
    raise({ fingerprint: "3", title: "three", source: "sync", subject: "x" });
    await pass(minute);
    expect([lines("court"), lines("worst"), lines("sync")]).toEqual([["firing two"], ["firing two"], ["firing three"]]);
  });

  it("is sent after the process ended between what happened and its telling", async () => {
    destination("ops");
    route({ groupWaitSeconds: 30 });
    raise();
    const due = desk().nextDue;
    expect(due).toBe(now + 30_000);
    await pass(30_000);
    expect(lines("ops")).toHaveLength(1);
    expect(desk().nextDue).toBeUndefined();
  });
});

describe("a silence", () => {
  const silence = (minutes: number, match: object = { sources: ["health"] }) =>
    desk().rules.addSilence(
      { match, until: new Date(now + minutes * minute).toISOString(), reason: "works on the rack" },
      person.id,
    );

  it("holds back what is told, not what is; and what lasts is told at its end", async () => {
    destination("ops");
    route({});
    silence(60);
    raise();
    raise({ fingerprint: "short", title: "over before its end" });
    await pass(30 * minute);
    desk().incidents.clear("short", "gone");
    expect(desk().incidents.get("inc-1")).toMatchObject({ state: "open" });
    await pass(29 * minute);
    expect(lines("ops")).toEqual([]);
    await pass(2 * minute);
    expect(lines("ops")).toEqual(["firing chittyfinance does not answer"]);
  });

  it("can be ended before, ends by itself within thirty days, and cannot be of everything", async () => {
    destination("ops");
    route({});
    const { id } = silence(60);
    raise();
    await pass(10 * minute);
    desk().rules.removeSilence(id);
    desk().alerts.reconsider();
    await pass(0);
    expect(lines("ops")).toHaveLength(1);
    for (const minutes of [0, -1, 31 * 24 * 60]) expect(() => silence(minutes)).toThrow(ProblemError);
    expect(() => desk().rules.removeSilence(id)).toThrow(/no silence/);
  });
});

describe("an escalation", () => {
  it("comes by itself while nobody acknowledges, three times, to whom it is for", async () => {
    for (const name of ["ops", "boss"]) destination(name);
    route({ escalateAfterSeconds: 600, escalateTo: ["boss"] });
    raise();
    await pass(9 * minute);
    expect(lines("boss")).toEqual([]);
    await pass(24 * 60 * minute);
    expect(lines("boss")).toEqual(Array.from({ length: 3 }, () => "escalated chittyfinance does not answer"));
    expect(lines("ops")).toHaveLength(1);
    expect(desk().incidents.get("inc-1")).toMatchObject({ escalations: 3 });
    expect(desk().nextDue).toBeUndefined();
  });

  it("does not come for what is acknowledged; a person's comes at once", async () => {
    for (const name of ["ops", "boss"]) destination(name);
    route({ escalateAfterSeconds: 600, escalateTo: ["boss"] });
    raise();
    await pass(minute);
    desk().incidents.act("inc-1", { kind: "ack", note: "" }, person);
    await pass(60 * minute);
    expect(lines("boss")).toEqual([]);
    desk().incidents.act("inc-1", { kind: "escalate", reason: "help" }, person);
    await pass(0);
    expect(lines("boss")).toHaveLength(1);
  });
});

describe("alerting that fails", () => {
  it("is an incident of its own, told to the others, and holds back the beat of the outside switch until it is over", async () => {
    for (const name of ["ops", "other"]) destination(name);
    route({ destinations: ["ops", "other"] });
    desk().setHeartbeat({ url: `${target.url}/beat?key=canary`, everySeconds: 60 });
    const beats = () => target.received.filter(({ path }) => path.startsWith("/beat")).length;
    await pass(10 * minute);
    expect(beats()).toBe(11);
    answers["/ops"] = 500;
    raise();
    await pass(20 * minute);
    expect(lines("other")).toEqual(["firing chittyfinance does not answer", "firing Alerts do not reach ops"]);
    // None is told that it cannot be told.
    expect(lines("ops").filter((line) => line.includes("Alerts do not"))).toEqual([]);
    const held = beats();
    expect(desk().heartbeat.report()).toMatchObject({ held: "alerts do not reach ops" });
    await pass(10 * minute);
    expect(beats()).toBe(held);
    answers["/ops"] = 204;
    await pass(60 * minute);
    expect(lines("other").at(-1)).toBe("resolved Alerts do not reach ops");
    expect(beats()).toBeGreaterThan(held);
    expect(JSON.stringify(desk().heartbeat.report())).not.toContain("canary");
  });

  it("does not bring back an outside switch that was removed while it was told", async () => {
    desk().setHeartbeat({ url: `${target.url}/other`, everySeconds: 60 });
    const heartbeat = new DeadManSwitch(storage);
    heartbeat.set({ url: `${target.url}/beat`, everySeconds: 60 }, 0);
    await heartbeat.beat(0, undefined, async () => {
      heartbeat.remove();
      return { taken: true, outcome: "the receiver answered 204" };
    });
    expect(heartbeat.report()).toBeUndefined();
  });

  it("is an incident when the outside switch cannot be told", async () => {
    desk().setHeartbeat({ url: `${target.url}/beat`, everySeconds: 60 });
    answers["/beat"] = 500;
    await pass(5 * minute);
    expect(desk().incidents.get("inc-1")).toMatchObject({ source: "alerting", state: "open", signals: 6 });
    answers["/beat"] = 200;
    await pass(minute);
    expect(desk().incidents.get("inc-1")).toMatchObject({ state: "resolved" });
  });
});

it("speaks to Slack, PagerDuty and e-mail in their own formats, and shows none of their secrets", async () => {
  const key = "k".repeat(32);
  destination("slack", { kind: "slack", url: `${target.url}/slack/canary` });
  destination("pager", { kind: "pagerduty", routingKey: key });
  const mail = { from: "ops@chitty.cc", to: ["ann@chitty.cc"], apiKey: "re_canary" };
  destination("mail", { kind: "email", ...mail });
  route({ destinations: ["slack", "pager", "mail"], groupWaitSeconds: 0 });
  raise({ title: "<!channel> *finance*\nis <script>down</script>" });
  await pass(0);
  desk().incidents.clear("service-down/chittyfinance", "up");
  await pass(0);
  const sent = (path: string) =>
    target.received
      .filter((one) => one.path === path)
      .map(({ body, headers }) => ({ body: JSON.parse(body), headers }));
  const [slack] = sent("/slack/canary");
  expect(slack?.body).toMatchObject({
    text: "[major] &lt;!channel&gt; *finance* is &lt;script&gt;down&lt;/script&gt;",
    blocks: [
      { type: "header", text: { type: "plain_text" } },
      { type: "section", text: { type: "plain_text" } },
    ],
  });
  expect(sent("/pager").map(({ body }) => [body.event_action, body.routing_key, body.payload.severity])).toEqual([
    ["trigger", key, "error"],
    ["resolve", key, "error"],
  ]);
  expect(new Set(sent("/pager").map(({ body }) => body.dedup_key)).size).toBe(1);
  const [mailed] = sent("/mail");
  expect(mailed).toMatchObject({
    headers: { authorization: "Bearer re_canary", "idempotency-key": "alert_1" },
    body: { from: "ops@chitty.cc", to: ["ann@chitty.cc"], subject: expect.not.stringContaining("\n") },
  });
  const shown = JSON.stringify(desk().destinations.all("all"));
  for (const hidden of ["canary", key]) expect(shown).not.toContain(hidden);
  expect(shown).toContain("ann@chitty.cc");
});

it("takes no route to a destination that is not there", () => {
  destination("ops");
  expect(() => route({ destinations: ["ops", "typo"], escalateTo: ["other"] })).toThrow(/no typo, other/);
  expect(desk().rules.routes()).toEqual([]);
});
