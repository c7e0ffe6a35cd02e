import { expect, it } from "vitest";
import type { ServiceUsage } from "../../../contracts/ops-metrics.ts";
import { estimateOf } from "./estimate.ts";

const usage = (requests: number, cpuMilliseconds: number): ServiceUsage => ({
  service: "s",
  script: "s",
  requests,
  otherInvocations: 0,
  errors: 0,
  errorRate: 0,
  cpuMilliseconds,
  dollars: (requests * 0.3 + cpuMilliseconds * 0.02) / 1e6,
});

it("takes off what the plan includes once for the account, not for each service", () => {
  expect(estimateOf([usage(4e6, 10e6), usage(5e6, 10e6)], 1).dollars).toBeCloseTo(5, 6);
  expect(estimateOf([usage(8e6, 20e6), usage(8e6, 20e6)], 1)).toEqual({
    dollars: expect.closeTo(5 + 6 * 0.3 + 10 * 0.02, 6),
    listDollars: expect.closeTo(16 * 0.3 + 40 * 0.02, 6),
  });
});

it("takes a part of a month for as many times as it goes into it", () => {
  expect(estimateOf([usage(1e6, 0)], 30).dollars).toBeCloseTo(5 + 20 * 0.3, 6);
});
