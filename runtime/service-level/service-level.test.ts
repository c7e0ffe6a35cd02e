import { expect, it } from "vitest";
import type { ServiceLevel } from "../../contracts/lite-child.ts";
import { memoryStorage } from "../storage/testing/memory-storage.ts";
import { ServiceLevelMeter } from "./service-level-meter.ts";

const hour = 3_600_000;
const levels: ServiceLevel[] = [
  { name: "availability", good: { answers: true }, objective: 0.99, windowDays: 2 },
  { name: "speed", good: { withinMilliseconds: 200 }, objective: 0.5, windowDays: 30 },
];

it("measures objectives by good and total, with the budget that is left and how fast it burns", () => {
  let now = 1_000 * hour;
  const meter = new ServiceLevelMeter(memoryStorage(), { now: () => now }, levels);
  const observe = (count: number, status: number, milliseconds: number) => {
    for (let index = 0; index < count; index += 1) meter.observe({ status, milliseconds });
  };
  expect(meter.report()[0]).toMatchObject({ total: 0, measured: null, met: null, budgetLeft: null });

  observe(199, 200, 100);
  observe(1, 503, 100);
  expect(meter.report()).toMatchObject([
    { name: "availability", good: 199, total: 200, measured: 0.995, met: true },
    { name: "speed", good: 199, total: 200, met: true },
  ]);
  expect(meter.report()[0]?.budgetLeft).toBeCloseTo(0.5);
  expect(meter.report()[0]?.burnRate.hours1).toBeCloseTo(0.5);

  now += 5 * hour;
  observe(90, 200, 300);
  observe(10, 500, 300);
  const [availability, speed] = meter.report();
  expect(availability).toMatchObject({ good: 289, total: 300, met: false });
  expect(availability?.budgetLeft).toBeLessThan(0);
  expect(availability?.burnRate.hours1).toBeCloseTo(10);
  expect(availability?.burnRate.hours6).toBeCloseTo(11 / 300 / 0.01);
  expect(speed).toMatchObject({ good: 199, total: 300 });

  now += 44 * hour;
  expect(meter.report()[0]).toMatchObject({ good: 90, total: 100, burnRate: { hours1: null, hours6: null } });
  now += 4 * hour;
  observe(1, 404, 10);
  expect(meter.report()[0]).toMatchObject({ good: 1, total: 1, met: true, budgetLeft: 1 });
});
