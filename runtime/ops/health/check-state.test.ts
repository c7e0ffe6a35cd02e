import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checking } from "../../../contracts/ops-health.ts";
import { afterResult, type CheckState, healthOf, isBad, isUndecided, newCheck } from "./check-state.ts";

const interval: number = checking.interval;
const start = Date.parse("2026-11-26T12:00:00Z");

/** `.` good, `x` bad, `r` a redirect; one each interval. */
function run(results: string, every = interval, from: CheckState = newCheck): { state: CheckState; now: number } {
  let now = from.last?.at ?? start - every;
  let state = from;
  for (const result of results) {
    now += every;
    const seen = { at: now, detail: "" };
    state = afterResult(
      state,
      result === "."
        ? { ...seen, good: true }
        : { ...seen, good: false, fault: result === "r" ? "unverifiable" : "unreachable" },
      interval,
    );
  }
  return { state, now };
}
const health = (results: string) => {
  const { state, now } = run(results);
  return healthOf(state, { now, interval, blind: false });
};

describe("what checks add up to", () => {
  it.each([
    ["", "unknown"],
    [".", "healthy"],
    ["x", "unknown"],
    ["xxx", "unreachable"],
    [".xx", "healthy"],
    [".xxx", "unreachable"],
    [".xx.xx", "healthy"],
    [".xxx.", "unreachable"],
    [".xxx.x.", "unreachable"],
    [".xxx..", "healthy"],
    [".rrr", "unverifiable"],
    [".xxr", "unverifiable"],
  ])("is after %j %s", (results, expected) => expect(health(results)).toBe(expected));

  it("shows what is wrong as it changes, without settling anew", () => {
    const before = run(".xxx").state;
    expect(run("rr", interval, before).state).toMatchObject({ fault: "unverifiable", since: before.since });
  });

  it("takes failures before and after a gap for nothing in common", () => {
    const before = run(".xx").state;
    const after = run("x", 10 * interval, before).state;
    expect(after).toMatchObject({ settled: "up", against: 1 });
    expect(run("xx", interval, after).state.settled).toBe("down");
  });

  it("is unknown when nothing was seen for three intervals, or while the plane is blind", () => {
    const { state, now } = run("...");
    expect(healthOf(state, { now: now + 3 * interval, interval, blind: false })).toBe("healthy");
    expect(healthOf(state, { now: now + 3 * interval + 1, interval, blind: false })).toBe("unknown");
    expect(healthOf(state, { now, interval, blind: true })).toBe("unknown");
  });

  it("is worth another look while it is undecided only", () => {
    expect(["x", ".x", ".xxx."].map((results) => isUndecided(run(results).state))).toEqual([true, true, true]);
    expect([".", ".xxx", ".xxx..", ".xxxx"].map((results) => isUndecided(run(results).state))).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("flapping", () => {
  it("begins with the sixth change within half an hour, whether or not one of them settles", () => {
    expect(health(".x.x.")).toBe("healthy");
    expect(health(".x.x.x.")).toBe("flapping");
    expect(health(".xxx..xxx..xxx..")).toBe("flapping");
    expect(run(".x.x.x.", 7 * interval).state.flappingSince).toBeUndefined();
  });

  it("ends when nothing has changed for a quarter of an hour, either way", () => {
    const flapping = run(".x.x.x.").state;
    expect(isBad(run(".".repeat(14), interval, flapping).state)).toBe(true);
    expect(isBad(run(".".repeat(15), interval, flapping).state)).toBe(false);
    const still = run(".".repeat(15), interval, flapping).state;
    expect(run("x", interval, still).state.flappingSince).toBeUndefined();
    const down = run("x".repeat(16), interval, flapping).state;
    expect(down).toMatchObject({ settled: "down" });
    expect(down.flappingSince).toBeUndefined();
  });

  it("starts and ends at most every quarter of an hour, whatever the results", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(".", "x", "r"), { minLength: 1, maxLength: 400 }), (results) => {
        let state = newCheck;
        let notices = 0;
        for (const result of results) {
          const next = run(result, interval, state).state;
          if ((next.flappingSince === undefined) !== (state.flappingSince === undefined)) notices += 1;
          state = next;
          expect(state.changes.length).toBeLessThanOrEqual(checking.flappingChanges);
        }
        expect(notices).toBeLessThanOrEqual(2 * Math.ceil(results.length / 15));
      }),
    );
  });
});
