import { beforeEach, describe, expect, it } from "vitest";
import { memoryStorage } from "../../storage/testing/memory-storage.ts";
import { MaintenanceKeeper } from "./maintenance-keeper.ts";

const hour = 3_600_000;
const now = Date.parse("2026-11-26T12:00:00Z");
const iso = (at: number) => new Date(at).toISOString();
let keeper: MaintenanceKeeper;
beforeEach(() => {
  keeper = new MaintenanceKeeper(memoryStorage());
});
const finance = { name: "chittyfinance", family: "chittyos" };
const plan = (more: object = {}) =>
  keeper.plan({ family: "chittyos", reason: "migration", endsAt: iso(now + hour), ...more }, "ops@chitty.cc", now);

describe("a maintenance window", () => {
  it("covers the services it names, or all of its family, while it lasts", () => {
    plan({ services: ["chittyfinance"], startsAt: iso(now + hour / 2) });
    expect(keeper.active(now)(finance)).toBe(false);
    expect(keeper.active(now + hour / 2)(finance)).toBe(true);
    expect(keeper.active(now + hour / 2)({ ...finance, name: "chittyid" })).toBe(false);
    expect(keeper.active(now + hour)(finance)).toBe(false);
    plan();
    expect(keeper.active(now)({ name: "any", family: "chittyos" })).toBe(true);
    expect(keeper.active(now)({ name: "any", family: "cook-county" })).toBe(false);
  });

  it("ends when it is told to, and stays on the list", () => {
    const { id } = plan();
    keeper.end(id, now + 1_000);
    expect(keeper.active(now + 1_000)(finance)).toBe(false);
    expect(keeper.get(id, now + 1_000)).toMatchObject({ state: "ended", endsAt: iso(now + 1_000) });
    keeper.end(id, now + hour);
    expect(keeper.get(id, now + hour)).toMatchObject({ endsAt: iso(now + 1_000) });
  });

  it("is listed in pages, newest first, of the families that somebody may see", () => {
    for (let index = 0; index < 5; index += 1) {
      keeper.plan({ family: "chittyos", reason: `${index}`, endsAt: iso(now + hour) }, "a@b.test", now + index);
    }
    const first = keeper.list("all", undefined, 2, now);
    expect(first.map(({ reason }) => reason)).toEqual(["4", "3"]);
    expect(keeper.list(["chittyos"], first.at(-1)?.id, 9, now).map(({ reason }) => reason)).toEqual(["2", "1", "0"]);
    expect(keeper.list(["cook-county"], undefined, 9, now)).toEqual([]);
  });

  it("is refused when it is over, too long, or one too many", () => {
    expect(() => plan({ endsAt: iso(now) })).toThrow(/would be over/);
    expect(plan({ endsAt: undefined, minutes: 30 }).endsAt).toBe(iso(now + hour / 2));
    expect(() => plan({ endsAt: iso(now + 15 * 24 * hour) })).toThrow(/14 days/);
    for (let index = 0; index < 499; index += 1) plan();
    expect(() => plan()).toThrow(/500 windows/);
  });
});
