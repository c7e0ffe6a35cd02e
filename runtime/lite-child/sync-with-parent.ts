import type { ScheduledController } from "@cloudflare/workers-types";
import type { ChildHealth } from "../../contracts/ops-sync.ts";
import { tickSeconds } from "../../contracts/ops-sync.ts";
import { slotOf } from "../../contracts/sync-schedule.ts";
import { childOf } from "../configuration/child-of.ts";
import { tick } from "../parent-sync/tick.ts";
import { type ChildEnvironment, onlyObject } from "./environment.ts";
import { forgetSettings } from "./parent-settings.ts";

/**
 * What the schedule of a child does: its tick, in its own second of the minute that its schedule names.
 * @param serve answers a request as the child does; with it a release is tried once it is applied
 */
export async function syncWithParent(
  controller: Pick<ScheduledController, "scheduledTime">,
  env: ChildEnvironment,
  serve: (request: Request) => Promise<Response>,
): Promise<void> {
  const child = childOf(env);
  if (child.parent.ops === undefined) return;
  await untilSecond(child, controller.scheduledTime);
  const budget = env.BUDGET.getByName(onlyObject);
  const { requests, units, level } = await budget.usage();
  const health: ChildHealth =
    level === "observe" ? { status: "ok" } : { status: "degraded", detail: `the budget is at the level ${level}` };
  await tick({
    child,
    variables: env.CHILD,
    key: env.CHILD_KEY,
    link: budget,
    health,
    metrics: { requestsToday: requests, unitsToday: units },
    check: async () => {
      forgetSettings();
      const response = await serve(new Request(new URL("/health", child.url)));
      return response.ok ? undefined : `its health check is answered with ${response.status}`;
    },
    // Where the schedule is ahead of the machine's clock, time was advanced on purpose.
    now: () => Math.max(Date.now(), controller.scheduledTime),
  });
  forgetSettings();
}

/** Schedules begin with the minute; children that share one do not come in the same second. */
async function untilSecond(child: { family: string; child: string }, scheduledTime: number): Promise<void> {
  const passed = Date.now() - scheduledTime;
  if (passed < 0) return;
  const wait = ((slotOf(child) * tickSeconds * 1_000) % 60_000) - passed;
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
}
