import { beforeEach, describe, expect, it } from "vitest";
import { type CloudEvent, cloudEvent } from "../../../contracts/ops-events.ts";
import { memoryStorage } from "../../storage/testing/memory-storage.ts";
import type { IncidentObject } from "../incidents/incident-object.ts";
import { ChildKeeper } from "./child-keeper.ts";
import { runsOf, stateOf } from "./testing/sync-plane.ts";

const minute = 60_000;
const interval = 5 * minute;
let now: number;
let calls = 0;
let storage: ReturnType<typeof memoryStorage>;
let keeper: ChildKeeper;
const clock = { now: () => now };
const signed = (id = `call-${calls++}`) => ({ id, expires: Math.floor(now / 1_000) + 60 });
const nameOf = (child: string, family = "chitty-apps") => ({ family, child });
const state = stateOf();
const enrol = (child: string, family?: string) =>
  keeper.receive(nameOf(child, family), signed(), { enrol: true, runs: runsOf(state), state }, clock);
const tick = (child: string, message = {}) =>
  keeper.receive(nameOf(child), signed(), { runs: runsOf(state), health: { status: "ok" }, ...message }, clock);
const conditions = () => keeper.counts().map(({ condition, children }) => [condition, children]);

/** What the event hub has been told, in order. */
let published: CloudEvent[];
const hub = {
  publishAll: async (events: CloudEvent[]) => {
    published.push(...events.map((event) => cloudEvent.parse(event)));
    return { value: [] };
  },
};
const source = "https://ops.chitty.cc/api/v1/children";
const news = () => published.splice(0).map(({ type, subject }) => `${type.split(".").at(-1)} ${subject}`);

/** What the incident desk has been told, in order. */
async function told(): Promise<string[]> {
  const heard: string[] = [];
  const desk = {
    raise: async ({ fingerprint }) => {
      heard.push(`raise ${fingerprint}`);
      return { id: "", opened: true };
    },
    clear: async (fingerprint, _at, _reason, subject) =>
      void heard.push(["clear", fingerprint, subject].filter(Boolean).join(" ")),
  } satisfies Pick<IncidentObject, "raise" | "clear">;
  while (!keeper.outbox.empty) await keeper.outbox.handOver({ desk, hub, source });
  return heard;
}

beforeEach(() => {
  now = Date.parse("2026-11-26T12:00:00Z");
  published = [];
  storage = memoryStorage();
  keeper = new ChildKeeper(storage, "children-7", () => 0.5);
});

describe("an object that keeps children", () => {
  it("takes each call once, also after it was made anew", () => {
    enrol("notes");
    const call = signed("same");
    keeper.receive(nameOf("notes"), call, {}, clock);
    expect(() => keeper.receive(nameOf("notes"), call, {}, clock)).toThrow(/made before/);
    keeper = new ChildKeeper(storage, "children-7");
    now += 65_000;
    expect(() => keeper.receive(nameOf("notes"), call, {}, clock)).toThrow(/made before/);
    enrol("other");
    expect(() => keeper.receive(nameOf("other"), call, {}, clock)).not.toThrow();
  });

  it("stores the ticks that come together in one go, and takes none for told that could not be stored", () => {
    enrol("one");
    enrol("two");
    const writes: (() => void)[] = [];
    const open = () =>
      new ChildKeeper(
        storage,
        "children-7",
        () => 0.5,
        (write) => void writes.push(write),
      );
    keeper = open();
    const lost = signed();
    const health = { status: "ok" as const };
    keeper.receive(nameOf("one"), lost, { health }, clock);
    expect(() => open().receive(nameOf("one"), lost, { health }, clock)).not.toThrow();
    writes.length = 0;
    keeper = open();
    keeper.receive(nameOf("one"), lost, { health, metrics: { requests: 7 } }, clock);
    keeper.receive(nameOf("two"), signed(), { health }, clock);
    keeper.receive(nameOf("one"), signed(), { health }, clock);
    expect(writes).toHaveLength(1);
    const { exec } = storage.sql;
    storage.sql.exec = () => {
      throw new Error("the disk is full");
    };
    expect(writes[0]).toThrow();
    storage.sql.exec = exec;
    keeper = open();
    keeper.receive(nameOf("one"), lost, { health, metrics: { requests: 7 } }, clock);
    keeper.receive(nameOf("one"), signed(), { health }, clock);
    writes[1]?.();
    expect(open().find(nameOf("one"))).toMatchObject({ metrics: { requests: 7 } });
    expect(() => open().receive(nameOf("one"), lost, { health }, clock)).toThrow(/made before/);
  });

  it("says so too where another failure took what was not stored yet", () => {
    enrol("one");
    const writes: (() => void)[] = [];
    const later = (write: () => void) => void writes.push(write);
    keeper = new ChildKeeper(storage, "children-7", () => 0.5, later);
    keeper.receive(nameOf("one"), signed(), { health: { status: "ok" } }, clock);
    const { transactionSync } = storage;
    storage.transactionSync = () => {
      throw new Error("the disk is full");
    };
    expect(() => keeper.setRevoked(nameOf("one"), true, clock)).toThrow("the disk is full");
    storage.transactionSync = transactionSync;
    expect(writes).toHaveLength(1);
    expect(writes[0]).toThrow("the disk is full");
    keeper.receive(nameOf("one"), signed(), { health: { status: "ok" } }, clock);
    expect(writes[1]).not.toThrow();
  });

  it("takes 32 calls of a child in the time that a call is good, and no more", () => {
    enrol("chatty");
    for (let index = 1; index < 32; index++) tick("chatty");
    expect(() => tick("chatty")).toThrow(/at most 32/);
    now += 2 * minute + 1_000;
    expect(() => tick("chatty")).not.toThrow();
  });

  it("knows nobody who did not enrol, and asks for what it does not know", () => {
    expect(() => tick("stranger")).toThrow(/not known/);
    enrol("notes");
    expect(tick("notes").state).toEqual(state);
    const other = stateOf({ configuration: 7 });
    expect(tick("notes", { runs: runsOf(other) }).state).toBeNull();
    expect(tick("notes", { runs: runsOf(other), state: other }).state).toEqual(other);
  });

  it("counts children by version and condition as they change", () => {
    enrol("a");
    enrol("b");
    tick("b", { health: { status: "degraded" } });
    const newer = stateOf({ version: "newer" });
    tick("a", { runs: runsOf(newer), state: newer });
    expect(keeper.counts()).toEqual([
      { family: "chitty-apps", version: "c0ffee00", condition: "degraded", service: "lite-child", children: 1 },
      { family: "chitty-apps", version: "newer", condition: "ok", service: "lite-child", children: 1 },
    ]);
    const everything = { families: "all" } as const;
    expect(keeper.list(everything, null, 10).map(({ child }) => child)).toEqual(["a", "b"]);
    expect(keeper.list(everything, nameOf("a"), 10).map(({ child }) => child)).toEqual(["b"]);
    expect(keeper.list({ families: ["cook-county"] }, null, 10)).toEqual([]);
    expect(keeper.list({ families: ["chitty-apps"], condition: "degraded" }, null, 10)).toHaveLength(1);
  });

  it("refuses a revoked child until it is restored, and never forgets that", () => {
    enrol("notes");
    expect(keeper.setRevoked(nameOf("notes"), true, clock)?.condition).toBe("revoked");
    now += 400 * 86_400_000;
    keeper.check(clock, 0);
    expect(() => enrol("notes")).toThrow(/was revoked/);
    keeper.setRevoked(nameOf("notes"), false, clock);
    expect(() => tick("notes")).not.toThrow();
    expect(keeper.setRevoked(nameOf("nobody"), true, clock)).toBeNull();
  });

  it("asks its children to come less often under load, and refuses what is far too much before it writes anything", () => {
    for (let index = 0; index < 10; index++) enrol(`child-${index}`);
    const usual = tick("child-0").nextSeconds;
    expect(usual).toBeLessThanOrEqual(450);
    const flood = (count: number) => {
      for (let index = 0; index < count; index++) {
        try {
          keeper.receive(nameOf("stranger"), signed(), {}, clock);
        } catch {
          // Nobody knows it: it counts as load all the same.
        }
      }
    };
    flood(4_500);
    const asked = tick("child-1").nextSeconds;
    expect(asked).toBeGreaterThan(450);
    expect(asked).toBeLessThanOrEqual(1.5 * 1_200);
    flood(6_000);
    expect(() => tick("child-2")).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ status: 503, retryAfter: 180 }) }),
    );
    now += 20_000;
    expect(tick("child-2").nextSeconds).toBeLessThanOrEqual(450);
  });
});

describe("a child that is silent", () => {
  it("is an incident within an interval and a half of when it was to come, and none once it is heard of", async () => {
    enrol("notes");
    const { nextSeconds } = tick("notes");
    now += nextSeconds * 1_000 + interval / 2 - 2_000;
    keeper.check(clock, 0);
    expect(conditions()).toEqual([["ok", 1]]);
    now += 2_000;
    expect(keeper.nextDue).toBeLessThanOrEqual(now);
    keeper.check(clock, 0);
    expect(conditions()).toEqual([["silent", 1]]);
    expect(await told()).toEqual(["raise child-silent/chitty-apps/notes"]);
    now += 10 * interval;
    keeper.check(clock, 0);
    expect(await told()).toEqual([]);
    tick("notes");
    expect(conditions()).toEqual([["ok", 1]]);
    expect(await told()).toEqual(["clear child-silent/chitty-apps/notes"]);
  });

  it("is found by its next due tick, not sooner because others came", () => {
    for (const child of ["a", "b", "c"]) enrol(child);
    for (let round = 0; round < 4; round++) {
      now += interval;
      tick("a");
      tick("b");
      keeper.check(clock, 0);
    }
    expect(keeper.list({ families: "all", condition: "silent" }, null, 10).map(({ child }) => child)).toEqual(["c"]);
  });

  it("is not charged with the time in which the plane itself did not run", async () => {
    for (const child of ["a", "b"]) enrol(child);
    now += 60 * minute;
    keeper.check(clock, 50 * minute);
    expect(conditions()).toEqual([["ok", 2]]);
    now += 1.4 * interval;
    tick("a");
    now += 0.1 * interval;
    keeper.check(clock, 0);
    expect(await told()).toEqual(["raise child-silent/chitty-apps/b"]);
  });

  it("is one incident with the others when many of a family are, however many there are", async () => {
    for (let index = 0; index < 100; index++) enrol(`child-${index}`);
    enrol("alone", "cook-county");
    now += 3 * interval;
    keeper.check(clock, 0);
    const first = await told();
    expect(first.filter((one) => one === "raise children-silent/chitty-apps")).toHaveLength(1);
    expect(open(first)).toEqual(["child-silent/cook-county/alone", "children-silent/chitty-apps"]);
    for (let index = 0; index < 97; index++) tick(`child-${index}`);
    expect(await told()).toEqual([]);
    tick("child-97");
    expect(await told()).toEqual([
      "clear children-silent/chitty-apps children-7",
      "raise child-silent/chitty-apps/child-98",
      "raise child-silent/chitty-apps/child-99",
    ]);
    tick("child-98");
    expect(await told()).toEqual(["clear child-silent/chitty-apps/child-98"]);
  });

  it("is forgotten after 90 days, and may come back", async () => {
    enrol("notes");
    now += 2 * interval;
    keeper.check(clock, 0);
    now += 91 * 86_400_000;
    keeper.check(clock, 0);
    expect(keeper.counts()).toEqual([]);
    expect(() => enrol("notes")).not.toThrow();
  });
});

describe("what a child says of incidents", () => {
  it("is stored with the tick, and handed over in order once the desk answers", async () => {
    enrol("notes");
    const incident = { fingerprint: "disk", title: "Disk full", severity: "major" } as const;
    tick("notes", { incidents: [incident] });
    tick("notes", { incidents: [{ ...incident, cleared: true }] });
    const desk = { raise: () => Promise.reject(new Error("down")), clear: async () => {} };
    await expect(keeper.outbox.handOver({ desk, hub, source })).rejects.toThrow("down");
    // Who answers is told all the same.
    expect(news()).toEqual(["enrolled chitty-apps/notes"]);
    keeper = new ChildKeeper(storage, "children-7");
    expect(await told()).toEqual(["raise child/chitty-apps/notes/disk", "clear child/chitty-apps/notes/disk"]);
    expect(keeper.outbox.empty).toBe(true);
  });
});

describe("what happens to a child", () => {
  it("is told as an event, each once", async () => {
    enrol("notes");
    tick("notes");
    now += 2 * interval;
    keeper.check(clock, 0);
    keeper.check(clock, 0);
    tick("notes");
    keeper.setRevoked(nameOf("notes"), true, clock);
    keeper.setRevoked(nameOf("notes"), true, clock);
    keeper.setRevoked(nameOf("notes"), false, clock);
    await told();
    expect(published[1]).toMatchObject({
      type: "cc.chitty.child.silent",
      source,
      subject: "chitty-apps/notes",
      family: "chitty-apps",
      time: "2026-11-26T12:10:00.000Z",
      data: { service: "lite-child", version: state.version, lastTickAt: "2026-11-26T12:00:00.000Z" },
    });
    expect(new Set(published.map(({ id }) => id)).size).toBe(5);
    expect(news()).toEqual(
      ["enrolled", "silent", "returned", "revoked", "restored"].map((what) => `${what} chitty-apps/notes`),
    );
  });

  it("waits for the hub, and holds up no incident meanwhile", async () => {
    enrol("notes");
    now += 2 * interval;
    keeper.check(clock, 0);
    const heard: string[] = [];
    const desk = {
      raise: async ({ fingerprint }: { fingerprint: string }) => ({
        id: String(heard.push(fingerprint)),
        opened: true,
      }),
      clear: async () => {},
    };
    const down = { publishAll: () => Promise.reject(new Error("down")) };
    await expect(keeper.outbox.handOver({ desk, hub: down, source })).rejects.toThrow("down");
    expect(heard).toEqual(["child-silent/chitty-apps/notes"]);
    keeper = new ChildKeeper(storage, "children-7");
    expect(keeper.outbox.empty).toBe(false);
    expect(await told()).toEqual([]);
    expect(news()).toEqual(["enrolled chitty-apps/notes", "silent chitty-apps/notes"]);
  });
});

describe("a clock that jumps", () => {
  const hour = 60 * minute;

  it("forwards by an hour, while the plane slept: nobody is silent, and whoever ticks goes on", async () => {
    for (let index = 0; index < 20; index++) enrol(`child-${index}`);
    await told();
    now += hour;
    keeper.check(clock, hour - 1.5 * interval);
    expect(conditions()).toEqual([["ok", 20]]);
    for (let index = 0; index < 20; index++) tick(`child-${index}`);
    now += interval;
    keeper.check(clock, 0);
    expect([await told(), conditions()]).toEqual([[], [["ok", 20]]]);
  });

  it("backwards by an hour: nobody is silent, each tick says when the next one is, and silence is found as ever", async () => {
    for (let index = 0; index < 20; index++) enrol(`child-${index}`);
    await told();
    now -= hour;
    keeper.check(clock, -hour);
    for (let index = 0; index < 20; index++) {
      const { nextSeconds, dueAt } = tick(`child-${index}`);
      expect([
        nextSeconds > 0 && nextSeconds <= 2 * (interval / 1_000),
        dueAt > now,
        dueAt <= now + 2 * interval,
      ]).toEqual([true, true, true]);
    }
    expect(await told()).toEqual([]);
    now += 2 * interval;
    for (let index = 1; index < 20; index++) tick(`child-${index}`);
    keeper.check(clock, 0);
    expect(await told()).toEqual(["raise child-silent/chitty-apps/child-0"]);
  });
});

/** Fingerprints that were raised and not cleared since. */
function open(heard: readonly string[]): string[] {
  const standing = new Set<string>();
  for (const one of heard) {
    const [what, fingerprint = ""] = one.split(" ");
    if (what === "raise") standing.add(fingerprint);
    else standing.delete(fingerprint);
  }
  return [...standing].sort();
}
