import { describe, expect, it } from "vitest";
import { randomOf } from "../tests/harness/sample.ts";
import { retryAfter, slotOf, stretchOf, untilSlot } from "./sync-schedule.ts";

const interval = 300_000;
const children = Array.from({ length: 100_000 }, (_, index) =>
  slotOf({ family: "chitty-apps", child: `app-${index}` }),
);
const mean = children.length / (interval / 1_000);

describe("the schedule of ticks", () => {
  it("spreads a fleet over the interval, whatever its names are", () => {
    const seconds = perSecond(children.map((slot) => slot * interval));
    expect(seconds.length).toBe(300);
    expect(Math.max(...seconds)).toBeLessThan(1.3 * mean);
    expect(Math.min(...seconds)).toBeGreaterThan(0.7 * mean);
    expect(slotOf({ family: "a", child: "b" })).toBe(slotOf({ family: "a", child: "b" }));
  });

  it("brings a child back to its slot, never sooner than after half an interval nor later than after one and a half", () => {
    const random = randomOf("slots");
    for (let round = 0; round < 1_000; round++) {
      const [slot, now] = [random(), Math.floor(1.7e12 + random() * 1e9)];
      const wait = untilSlot(slot, interval, now);
      expect(wait).toBeGreaterThanOrEqual(interval / 2 - 1);
      expect(wait).toBeLessThanOrEqual(1.5 * interval + 1);
      expect(
        Math.abs(((((now + wait - slot * interval) % interval) + 1.5 * interval) % interval) - interval / 2),
      ).toBeLessThan(2);
    }
  });

  it("has no herd after an outage of 30 minutes at 100,000 children, whether they are told to wait or not", () => {
    for (const wish of [undefined, 60_000, interval]) {
      const seconds = recovery({ outage: 30 * 60_000, wish });
      const busiest = Math.max(...seconds);
      expect(busiest / mean).toBeLessThan(2.5);
      // All are back within the longest wait, and in their slots from then on.
      const settled = seconds.slice(1_500, 1_800);
      expect(sum(settled)).toBe(children.length);
      expect(Math.max(...settled)).toBeLessThan(1.3 * mean);
    }
  });

  it("has none either if all of them failed at the same moment, as it would without jitter after the cap", () => {
    const outage = 30 * 60_000;
    expect(Math.max(...recovery({ outage, aligned: true })) / mean).toBeLessThan(2.5);
    expect(Math.max(...recovery({ outage, aligned: true, retry: () => interval })) / mean).toBeGreaterThan(100);
  });

  it("stretches the interval with the load, up to half an hour", () => {
    expect([0, 50, 100, 101, 250, 10_000].map((rate) => stretchOf(rate, 100))).toEqual([1, 1, 1, 2, 3, 6]);
  });
});

/** Ticks that reach the parent in each second after an outage that all children met at their slots. */
function recovery(given: {
  outage: number;
  wish?: number | undefined;
  retry?: typeof retryAfter;
  aligned?: boolean;
}): number[] {
  const { outage, wish, retry = retryAfter, aligned = false } = given;
  const random = randomOf("herd");
  const end = Math.ceil(1.7e12 / interval) * interval;
  const horizon = 30 * 60_000;
  const came: number[] = [];
  for (const slot of children) {
    let at = end - outage + (aligned ? 0 : slot * interval);
    for (let failures = 1; at < end; failures++) at += retry(failures, interval, random(), wish);
    while (at < end + horizon) {
      came.push(at - end);
      at += untilSlot(slot, interval, at);
    }
  }
  return perSecond(came);
}

function perSecond(times: readonly number[]): number[] {
  const seconds: number[] = [];
  for (const time of times) {
    const second = Math.floor(time / 1_000);
    seconds[second] = (seconds[second] ?? 0) + 1;
  }
  return Array.from(seconds, (count) => count ?? 0);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
