import type { StackOutcome } from "../engine/deploy-estate.ts";
import { sideBySide } from "../side-by-side.ts";
import { type ApiBudget, callsOf } from "./api-budget.ts";
import type { FleetMember } from "./fleet.ts";

export interface FleetRun {
  done: StackOutcome[];
  failed: StackOutcome[];
  /** Not begun, since too many had failed or the run was stopped. */
  left: FleetMember[];
}

/**
 * Brings up what is not current, so many at a time under one budget of API calls. After `maximumFailures` nothing new is begun. What was done
 * is current from then on, so that the next run goes on where this one stopped.
 */
export async function fleetUp(
  members: readonly FleetMember[],
  budget: ApiBudget,
  { atOnce, maximumFailures, signal }: { atOnce: number; maximumFailures: number; signal: AbortSignal },
  bringUp: (member: FleetMember) => Promise<StackOutcome>,
): Promise<FleetRun> {
  const run: FleetRun = { done: [], failed: [], left: [] };
  const waiting = members.filter(({ standing }) => standing !== "current");
  await sideBySide(waiting, atOnce, async (member) => {
    const stopped = () => signal.aborted || run.failed.length >= maximumFailures;
    if (!stopped()) await budget.take(callsOf[member.standing]);
    if (stopped()) return void run.left.push(member);
    const outcome = await bringUp(member);
    run[outcome.error === undefined ? "done" : "failed"].push(outcome);
  });
  return run;
}
