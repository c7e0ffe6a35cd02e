import { describe, expect, it } from "vitest";
import { type CommandResult, Estate, patience, withDatabase } from "./harness/estate.ts";
import { inventories } from "./harness/inventory.ts";
import { faultOn, writingRoutes } from "./harness/routes.ts";
import { sample } from "./harness/sample.ts";

const passing = [
  { type: "status", status: 500 },
  { type: "status", status: 429, retryAfter: 1 },
  { type: "latency", milliseconds: 700 },
  { type: "reset" },
  { type: "lost-acknowledgement" },
  { type: "truncated-body" },
];
const deaths = writingRoutes.flatMap((route) => ["before", "after"].map((when) => ({ route, when })));

/** It went through, or it said what was wrong: once, and not as a crash. */
function endsWell({ code, stderr }: CommandResult): void {
  expect(stderr).not.toContain("defect of ChittyOps");
  expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+/m);
  if (code === 0) return;
  expect(code).toBe(1);
  expect(stderr.match(/^✖ chittyops\/local failed/gm)).toHaveLength(1);
  expect(stderr).toContain("Remedy:");
}

async function converges(estate: Estate): Promise<void> {
  await estate.admin("faults", { method: "DELETE" });
  await estate.succeed(["up"]);
  const { cloud, state } = await inventories(estate);
  expect(cloud).toEqual(state);
}

describe("an embedded cloud that fails", { timeout: patience }, () => {
  it.each(sample("passing faults", passing, 2))(
    "once on every route by $type: up goes through or says why, and then converges",
    async (action) => {
      await using estate = new Estate(withDatabase);
      await estate.startCloud();
      for (const route of writingRoutes)
        await estate.admin("faults", { method: "POST", body: { ...faultOn(route), times: 1, action } });
      endsWell(await estate.run(["up"]));
      await converges(estate);
    },
  );

  it.each(sample("lasting faults", writingRoutes, 1))(
    "always on %s: up names it, the rest goes on, and the next up completes",
    async (route) => {
      await using estate = new Estate(withDatabase);
      await estate.startCloud();
      const action = { type: "status", status: 400 };
      await estate.admin("faults", { method: "POST", body: { ...faultOn(route), action } });
      const result = await estate.run(["up"]);
      expect(result.code).toBe(1);
      endsWell(result);
      await converges(estate);
    },
  );

  it.each(sample("deaths", deaths, 1))(
    "that dies $when $route: it is started again, and up converges",
    async ({ route, when }) => {
      await using estate = new Estate(withDatabase);
      await estate.startCloud();
      await estate.admin("faults", {
        method: "POST",
        body: { ...faultOn(route), times: 1, action: { type: "exit", when } },
      });
      const result = await estate.run(["up"]);
      expect(result.stderr).toContain("ended unexpectedly");
      endsWell(result);
      await converges(estate);
    },
  );
});
