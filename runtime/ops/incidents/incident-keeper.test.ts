import { beforeEach, describe, expect, it } from "vitest";
import type { Signal } from "../../../contracts/ops-incidents.ts";
import { ProblemError } from "../../problem/problem.ts";
import { migrate } from "../../storage/migrate.ts";
import { type MemoryStorage, memoryStorage } from "../../storage/testing/memory-storage.ts";
import { deskSchema } from "./desk-schema.ts";
import { IncidentKeeper, plane } from "./incident-keeper.ts";

const minute = 60_000;
const person = { kind: "operator", id: "ann@chitty.cc" } as const;
let storage: MemoryStorage;
let now: number;
let news: string[];
beforeEach(() => {
  storage = memoryStorage();
  migrate(storage, "incident-desk", deskSchema);
  now = Date.parse("2026-11-26T12:00:00Z");
  news = [];
});

/** A new one over what the one before left behind, as after an eviction. */
const keeper = () =>
  new IncidentKeeper(storage, {
    clock: { now: () => now },
    changed: ({ id }, what) => void news.push(`${id} ${what}`),
  });
const signal = (changes: Partial<Signal> = {}): Signal => ({
  fingerprint: "service-down/chittyfinance",
  title: "chittyfinance does not answer",
  severity: "major",
  family: "chittyos",
  source: "health",
  subject: "chittyfinance",
  description: "3 checks failed",
  at: new Date(now).toISOString(),
  ...changes,
});
const problemOf = (work: () => unknown): ProblemError["problem"] | undefined => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
};

describe("a clock that is set back", () => {
  it("lets no incident end before it began, and no history run backwards", () => {
    const { id } = keeper().raise(signal());
    now -= 60 * minute;
    keeper().raise(signal({ severity: "critical" }));
    keeper().act(id, { kind: "ack", note: "" }, person);
    const resolved = keeper().act(id, { kind: "resolve", resolution: "restarted" }, person);
    const { openedAt, acknowledgedAt = "", resolvedAt = "", lastSignalAt } = resolved;
    expect([acknowledgedAt >= openedAt, resolvedAt >= openedAt, lastSignalAt >= openedAt]).toEqual([true, true, true]);
    const times =
      keeper()
        .get(id)
        ?.timeline.map(({ at }) => at) ?? [];
    expect(times).toEqual([...times].sort());
  });
});

describe("incidents that are over", () => {
  const day = 24 * 60 * minute;
  const tables = ["incidents", "timeline", "affected", "reviews", "suspects", "counters"];
  const rows = () =>
    tables.map((table) => storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).toArray()[0]?.n);

  it("are forgotten 400 days after they were resolved, with all that belongs to them; those that are not stay", () => {
    keeper().noteChange("1", { at: new Date(now).toISOString(), subject: "chittyfinance", text: "deployed" });
    const { id } = keeper().raise(signal());
    const open = keeper().raise(signal({ fingerprint: "service-down/chittyauth" })).id;
    now += 10 * day;
    keeper().act(id, { kind: "resolve", resolution: "restarted" }, person);
    keeper().act(id, { kind: "review", summary: "s", impact: "i", cause: "c", actions: [] }, person);
    now += 400 * day;
    keeper().tidy();
    expect(keeper().get(id)).toMatchObject({ state: "resolved", review: { summary: "s" } });
    now += 1;
    keeper().tidy();
    expect([keeper().get(id), keeper().find(open)?.state]).toEqual([undefined, "open"]);
    expect(keeper().list({ families: "all", limit: 10 })).toMatchObject({
      counts: { open: 1, resolved: 0 },
      incidents: [{ id: open }],
    });
    keeper().act(open, { kind: "resolve", resolution: "gone" }, person);
    now += 401 * day;
    keeper().tidy();
    expect(rows().slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  });

  it("are found by an index", () => {
    const [plan] = storage.sql
      .exec<{ detail: string }>(
        "EXPLAIN QUERY PLAN SELECT number FROM incidents WHERE json_extract(body, '$.resolvedAt') < ? LIMIT 200",
        "2026",
      )
      .toArray();
    expect(plan?.detail).toContain("incidents_resolved_at");
  });

  it("are so in a storage of the version before, too", () => {
    storage = memoryStorage();
    migrate(storage, "incident-desk", deskSchema.slice(0, 2));
    const { id } = keeper().raise(signal());
    keeper().act(id, { kind: "resolve", resolution: "restarted" }, person);
    migrate(storage, "incident-desk", deskSchema);
    expect(keeper().find(id)?.state).toBe("resolved");
    now += 401 * day;
    keeper().tidy();
    expect(keeper().find(id)).toBeUndefined();
  });
});

describe("an incident", () => {
  it("takes in every signal of its fingerprint while it is not resolved, and is told of once", () => {
    expect(keeper().raise(signal())).toEqual({ id: "inc-1", opened: true });
    now += minute;
    expect(keeper().raise(signal())).toEqual({ id: "inc-1", opened: false });
    keeper().act("inc-1", { kind: "ack", note: "on it" }, person);
    now += minute;
    keeper().raise(signal());
    expect(keeper().get("inc-1")).toMatchObject({
      state: "acknowledged",
      owner: "ann@chitty.cc",
      signals: 3,
      affected: 1,
      lastSignalAt: new Date(now).toISOString(),
    });
    keeper().clear("service-down/chittyfinance", "2 checks succeeded");
    expect(keeper().raise(signal())).toEqual({ id: "inc-2", opened: true });
    expect(news).toEqual(["inc-1 opened", "inc-1 acknowledged", "inc-1 resolved", "inc-2 opened"]);
  });

  it("is made worse by a worse signal, and never better by a lesser one", () => {
    keeper().raise(signal({ severity: "minor" }));
    keeper().raise(signal({ severity: "critical" }));
    keeper().raise(signal({ severity: "info" }));
    expect(keeper().get("inc-1")).toMatchObject({ severity: "critical" });
    expect(news).toEqual(["inc-1 opened", "inc-1 worse"]);
  });

  it("is one for a fault of a fleet, with how many are affected, and is over with the last of them", () => {
    const child = (index: number) => `cook-county/child-${index}`;
    const fault = { fingerprint: "failed-update/7", family: "cook-county", source: "sync" };
    for (let index = 0; index < 250; index += 1) keeper().raise(signal({ ...fault, subject: child(index) }));
    keeper().raise(signal({ ...fault, subject: child(3) }));
    expect(keeper().list({ families: "all", limit: 10 }).incidents).toMatchObject([{ affected: 250, signals: 251 }]);
    expect(keeper().get("inc-1")?.subjects).toHaveLength(100);
    expect(news).toEqual(["inc-1 opened"]);
    for (let index = 0; index < 249; index += 1) keeper().clear("failed-update/7", "applied", child(index));
    keeper().clear("failed-update/7", "applied", "cook-county/stranger");
    expect(keeper().get("inc-1")).toMatchObject({ state: "open", affected: 1, subjects: [child(249)] });
    keeper().clear("failed-update/7", "applied", child(249));
    expect(keeper().get("inc-1")).toMatchObject({ state: "resolved", resolution: "applied" });
  });

  it("is not shared by two families that use the same fingerprint", () => {
    keeper().raise(signal({ fingerprint: "x" }));
    expect(keeper().raise(signal({ fingerprint: "x", family: "cook-county" }))).toEqual({ id: "inc-2", opened: true });
  });

  it("cannot begin later than now, whatever the clock of who signals it shows", () => {
    keeper().raise(signal({ at: "2031-01-01T00:00:00.000Z" }));
    expect(keeper().get("inc-1")?.openedAt).toBe(new Date(now).toISOString());
  });

  it("has a history of everything that was done, by whom, and a review once it is resolved", () => {
    keeper().raise(signal());
    keeper().act("inc-1", { kind: "ack", note: "", owner: "bob@chitty.cc" }, person);
    keeper().act("inc-1", { kind: "escalate", reason: "payments stand still", severity: "critical" }, person);
    keeper().act("inc-1", { kind: "note", text: "<script>alert(1)</script>" }, person);
    keeper().act("inc-1", { kind: "resolve", resolution: "rolled back" }, person);
    const review = { summary: "A bad deploy", cause: "no canary", impact: "1 h", actions: [{ what: "add a canary" }] };
    keeper().act("inc-1", { kind: "review", ...review }, person);
    const found = keeper().get("inc-1");
    expect(found).toMatchObject({
      owner: "bob@chitty.cc",
      severity: "critical",
      escalations: 1,
      reviewed: true,
      review,
    });
    expect(found?.timeline.map(({ actor, what, text }) => [actor.id, what, text])).toEqual([
      [plane.id, "opened", "3 checks failed"],
      [person.id, "acknowledged", ""],
      [person.id, "escalated", "payments stand still"],
      [person.id, "note", "<script>alert(1)</script>"],
      [person.id, "resolved", "rolled back"],
      [person.id, "reviewed", "A bad deploy"],
    ]);
  });

  it("refuses what does not fit its state, with what would", () => {
    keeper().raise(signal());
    const act = (action: Parameters<IncidentKeeper["act"]>[1], id = "inc-1") =>
      problemOf(() => keeper().act(id, action, person));
    const review = { kind: "review", summary: "s", cause: "c", impact: "", actions: [] as { what: string }[] } as const;
    expect(act(review)).toMatchObject({ status: 409, detail: expect.stringContaining("for one that is resolved") });
    expect(act({ kind: "escalate", reason: "r", severity: "info" })).toMatchObject({ status: 409 });
    for (const id of ["inc-9", "inc-", "17", "inc-1; DROP TABLE incidents"]) {
      expect(act({ kind: "ack", note: "" }, id)).toMatchObject({ status: 404 });
    }
    keeper().act("inc-1", { kind: "resolve", resolution: "gone" }, person);
    for (const action of [
      { kind: "ack", note: "" },
      { kind: "escalate", reason: "r" },
      { kind: "resolve", resolution: "again" },
    ] as const) {
      expect(act(action)).toMatchObject({ status: 409, detail: expect.stringContaining("is resolved") });
    }
    expect(act({ kind: "note", text: "later" })).toBeUndefined();
  });

  it("keeps at most a thousand entries of history", () => {
    keeper().raise(signal());
    for (let index = 1; index < 1_000; index += 1) keeper().remark("inc-1", "notified", String(index));
    keeper().remark("inc-1", "notified", "one too many");
    expect(problemOf(() => keeper().act("inc-1", { kind: "note", text: "x" }, person))).toMatchObject({ status: 409 });
    keeper().act("inc-1", { kind: "resolve", resolution: "gone" }, person);
    expect(keeper().get("inc-1")?.timeline).toHaveLength(1_001);
  });
});

describe("what changed before an incident", () => {
  const change = (minutesAgo: number, subject: string, family?: string) => ({
    at: new Date(now - minutesAgo * minute).toISOString(),
    subject,
    text: `deployed ${subject}`,
    ...(family !== undefined && { family }),
  });

  it("is what was deployed in the hour before, of its family or of all, its own subject first", () => {
    keeper().noteChange("1", change(61, "chittyfinance", "chittyos"));
    keeper().noteChange("2", change(59, "chittyfinance", "chittyos"));
    keeper().noteChange("3", change(5, "chittyops/prod"));
    keeper().noteChange("4", change(4, "efile", "cook-county"));
    keeper().noteChange("3", change(5, "chittyops/prod"));
    keeper().raise(signal());
    expect(
      keeper()
        .get("inc-1")
        ?.changes.map(({ subject }) => subject),
    ).toEqual(["chittyfinance", "chittyops/prod"]);
  });

  it("is also what was deployed before and told after", () => {
    keeper().raise(signal());
    keeper().noteChange("late", change(2, "chittyfinance"));
    keeper().noteChange("after", change(-1, "chittyfinance"));
    expect(keeper().get("inc-1")?.changes).toMatchObject([{ subject: "chittyfinance" }]);
  });
});

describe("the list of incidents", () => {
  it("comes in pages, newest first, for the families that one may see, with their numbers", () => {
    for (let index = 0; index < 25; index += 1) {
      keeper().raise(signal({ fingerprint: `f/${index}`, family: index % 2 === 0 ? "chittyos" : "cook-county" }));
    }
    keeper().act("inc-1", { kind: "resolve", resolution: "gone" }, person);
    keeper().act("inc-3", { kind: "ack", note: "" }, person);
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = keeper().list({ families: ["chittyos"], after, limit: 4 });
      expect(page.counts).toEqual({
        open: 11,
        acknowledged: 1,
        resolved: 1,
        bySeverity: { critical: 0, major: 12, minor: 0, info: 0 },
      });
      ids.push(...page.incidents.map(({ id }) => id));
      after = page.next;
    } while (after !== undefined);
    expect(ids).toEqual(Array.from({ length: 13 }, (_, index) => `inc-${25 - 2 * index}`));
    const shown = (query: object) => keeper().list({ families: "all", limit: 50, ...query }).incidents.length;
    expect([shown({ state: "resolved" }), shown({ state: "current" }), shown({ severity: "info" })]).toEqual([
      1, 24, 0,
    ]);
    expect(keeper().list({ families: [], limit: 5 }).incidents).toEqual([]);
    expect(keeper().get("inc-2", ["chittyos"])).toBeUndefined();
  });
});
