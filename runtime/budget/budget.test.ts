import { beforeEach, describe, expect, it } from "vitest";
import { memoryStorage } from "../storage/testing/memory-storage.ts";
import { BudgetMeter } from "./budget-meter.ts";

const day = 86_400_000;
let now: number;
let meter: BudgetMeter;
beforeEach(() => {
  now = Date.parse("2026-11-26T23:00:00Z");
  meter = new BudgetMeter(memoryStorage(), { now: () => now }, { unitsPerDay: 10, degradeAt: 0.8, pauseAt: 1 });
});

describe("a budget", () => {
  it("rises through its levels as the day's units are used, and starts anew at midnight (UTC)", () => {
    expect(Array.from({ length: 12 }, () => meter.use(1).level)).toEqual([
      ...Array.from({ length: 8 }, () => "observe"),
      "degrade",
      "degrade",
      "pause",
      "pause",
    ]);
    expect(meter.usage()).toMatchObject({ day: "2026-11-26", requests: 12, units: 12 });
    now += day / 24;
    expect(meter.use(5)).toEqual({ day: "2026-11-27", requests: 1, units: 5, level: "observe", setUntil: null });
  });

  it("is at the level that was set, until then", () => {
    meter.set({ level: "pause", until: now + 1_000 });
    expect(meter.use(1)).toMatchObject({ level: "pause", setUntil: "2026-11-26T23:00:01.000Z" });
    now += 1_000;
    expect(meter.use(1)).toMatchObject({ level: "observe", setUntil: null });
    meter.set({ level: "observe", until: now + day });
    for (let index = 0; index < 20; index += 1) meter.use(1);
    expect(meter.usage().level).toBe("observe");
    expect(meter.set(null).level).toBe("pause");
  });

  it("takes a signed call once, for as long as it is good", () => {
    const call = { id: "call-1", expires: now / 1_000 + 60 };
    meter.takeOnce(call);
    expect(() => meter.takeOnce(call)).toThrow(/made before/);
    meter.takeOnce({ ...call, id: "call-2" });
    now += 60_000;
    expect(() => meter.takeOnce(call)).toThrow(/made before/);
  });

  it("only counts where there is none", () => {
    const counter = new BudgetMeter(memoryStorage(), { now: () => now }, undefined);
    for (let index = 0; index < 50; index += 1) counter.use(5);
    expect(counter.usage()).toMatchObject({ requests: 50, units: 250, level: "observe" });
  });
});
