import { beforeEach, describe, expect, it } from "vitest";
import { type MemoryStorage, memoryStorage } from "../../storage/testing/memory-storage.ts";
import { type Spent, UptimeKeeper } from "./uptime-keeper.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
let storage: MemoryStorage;
let keeper: UptimeKeeper;
let now: number;
beforeEach(() => {
  storage = memoryStorage();
  keeper = new UptimeKeeper(storage);
  now = Date.parse("2026-11-26T00:00:00Z");
  keeper.account("finance", now, "up", { interval: minute });
});

function spend(what: Spent, milliseconds: number, every = minute): void {
  for (const end = now + milliseconds; now < end; ) {
    now += every;
    keeper.account("finance", now, what, { interval: every, latency: 100 });
  }
}
const today = () => keeper.history("finance", now).at(-1);

describe("how time was spent", () => {
  it("is kept by day, each kind apart, with latency", () => {
    spend("up", 2 * hour);
    spend("down", hour);
    spend("maintenance", hour);
    spend("unknown", hour);
    now += minute;
    keeper.account("finance", now, "down", { interval: minute });
    expect(keeper.history("finance", now)).toEqual([
      {
        day: "2026-11-26",
        up: 7_200,
        down: 3_660,
        maintenance: 3_600,
        unknown: 3_600,
        latencyMean: 100,
        latencyMax: 100,
      },
    ]);
  });

  it("charges a gap in the checks to nobody", () => {
    spend("up", hour);
    now += 3 * hour;
    keeper.account("finance", now, "down", { interval: minute });
    expect(today()).toMatchObject({ up: 3_600, down: 60, unknown: 3 * 3_600 - 60 });
    expect(keeper.objective("finance", 0.999, now).measured).toBeCloseTo(3_600 / 3_660);
  });

  it("says nothing of days that nobody saw", () => {
    spend("up", hour);
    now += 4 * day;
    keeper.account("finance", now, "up", { interval: minute });
    keeper.rollUp(now);
    expect(keeper.history("finance", now)).toMatchObject([
      { day: "2026-11-26", up: 3_600, unknown: 0 },
      { day: "2026-11-30", up: 60, unknown: 3_540 },
    ]);
  });

  it("takes a look that comes late or again for nothing", () => {
    spend("up", hour);
    keeper.account("finance", now - minute, "down", { interval: minute });
    keeper.account("finance", now, "down", { interval: minute });
    expect(today()).toMatchObject({ up: 3_600, down: 0 });
  });

  it("is kept for ninety days in few rows", () => {
    for (let days = 0; days < 120; days += 1) {
      spend(days % 2 === 0 ? "up" : "down", day, 10 * minute);
      keeper.rollUp(now);
    }
    const history = keeper.history("finance", now);
    expect(history).toHaveLength(90);
    expect(history.every(({ up, down }) => up + down <= 86_400)).toBe(true);
    const rows = (table: string) =>
      storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).toArray()[0]?.n;
    expect(rows("days")).toBeLessThanOrEqual(91);
    expect(rows("buckets")).toBeLessThanOrEqual((73 * hour) / (10 * minute) + 1);
  });
});

describe("an error budget", () => {
  it("is burning when both its windows are too fast, and not any more when the short one is not", () => {
    spend("up", 3 * hour);
    expect(keeper.burning("finance", 0.999, now)).toBeUndefined();
    spend("down", 3 * minute);
    expect(keeper.burning("finance", 0.999, now)).toMatchObject({ rate: 14.4, severity: "critical" });
    spend("up", 20 * minute);
    expect(keeper.burning("finance", 0.999, now)).toMatchObject({ rate: 6, severity: "major" });
    expect(keeper.troubled(now)).toEqual(["finance"]);
    spend("up", 73 * hour);
    expect(keeper.troubled(now)).toEqual([]);
    expect(keeper.burning("finance", 0.999, now)).toBeUndefined();
  });

  it("is not judged by less than half a window", () => {
    spend("up", 20 * minute);
    spend("down", 5 * minute);
    expect(keeper.burning("finance", 0.999, now)).toBeUndefined();
  });

  it("is spent by what was down, and by neither maintenance nor blindness", () => {
    spend("up", 10 * hour);
    spend("maintenance", hour);
    spend("unknown", hour);
    expect(keeper.objective("finance", 0.99, now)).toMatchObject({ measured: 1, budgetLeft: 1 });
    spend("down", 6 * minute);
    const { measured, budgetLeft, burnRate } = keeper.objective("finance", 0.99, now);
    expect(measured).toBeCloseTo(600 / 606);
    expect(budgetLeft).toBeCloseTo(1 - 6 / 606 / 0.01);
    expect(burnRate.hours72).toBeCloseTo(6 / 606 / 0.01);
    expect(keeper.objective("nobody", 0.99, now)).toMatchObject({ measured: null, budgetLeft: null });
  });
});
