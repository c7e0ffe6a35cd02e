import { describe, expect, it } from "vitest";
import { tenant } from "../../catalog/index.ts";
import { tenantTarget } from "../engine/stack-target.ts";
import { ApiBudget, callsOf, callsPerWindow, minutesFor, windowMilliseconds } from "./api-budget.ts";
import type { FleetMember } from "./fleet.ts";
import { fleetUp } from "./fleet-up.ts";
import { tenantSpec } from "./tenant-spec.ts";

const member = (id: string, standing: FleetMember["standing"] = "new"): FleetMember => ({
  record: tenant.parse(tenantSpec(id, "local", {}, new Date(0))),
  state: { release: undefined, child: undefined, settled: true },
  standing,
});
const many = (count: number) => Array.from({ length: count }, (_, index) => member(`t${index}`));

/** A clock that is wherever it is waited for. */
function clock() {
  const waits: number[] = [];
  let now = 0;
  return {
    waits,
    now: () => now,
    until: async (time: number) => {
      waits.push(time - now);
      now = time;
    },
  };
}

const outcome = ({ record }: FleetMember, error?: unknown) => ({ target: tenantTarget(record.id), logs: [], error });
const options = { atOnce: 3, maximumFailures: 2, signal: new AbortController().signal };

describe("fleetUp", () => {
  it("brings up what is not current, and nothing else", async () => {
    const begun: string[] = [];
    const members = [member("t1"), member("t2", "current"), member("t3", "behind")];
    const run = await fleetUp(members, new ApiBudget(clock()), options, async (one) => {
      begun.push(one.record.id);
      return outcome(one);
    });
    expect(begun).toEqual(["t1", "t3"]);
    expect(run.done).toHaveLength(2);
  });

  it("begins nothing new after so many failures", async () => {
    const run = await fleetUp(many(20), new ApiBudget(clock()), options, async (one) => outcome(one, new Error("no")));
    expect(run.failed.length).toBeGreaterThanOrEqual(2);
    expect(run.failed.length).toBeLessThan(2 + options.atOnce);
    expect(run.failed.length + run.left.length).toBe(20);
  });

  it("begins nothing after it was stopped", async () => {
    const run = await fleetUp(
      many(3),
      new ApiBudget(clock()),
      { ...options, signal: AbortSignal.abort() },
      async (one) => outcome(one),
    );
    expect(run.left).toHaveLength(3);
  });

  it("waits for the limit of the account, as the plan says", async () => {
    const time = clock();
    const count = 60;
    await fleetUp(many(count), new ApiBudget(time), options, async (one) => outcome(one));
    const waited = time.waits.reduce((sum, wait) => sum + wait, 0);
    expect(waited).toBe(minutesFor(count * callsOf.new) * 60_000);
    expect(waited).toBe((Math.ceil((count * callsOf.new) / callsPerWindow) - 1) * windowMilliseconds);
  });
});
