import type { TenantRecord } from "../../catalog/index.ts";
import type { StackOutcome } from "../engine/deploy-estate.ts";
import { tenantTarget } from "../engine/stack-target.ts";
import type { Session } from "../session.ts";
import { sideBySide } from "../side-by-side.ts";
import { deployTenant, type TenantGround } from "./deploy-tenant.ts";
import { releaseOf } from "./tenant-stack.ts";
import { type TenantState, tenantState } from "./tenant-stacks.ts";

/** How many stacks' states are read at a time; of a real environment each is read by a process of the engine. */
export const statesAtOnce = 8;

export interface FleetMember {
  record: TenantRecord;
  state: TenantState;
  /** What its stack is not yet: `new` was never brought up, `behind` was made of something else, `open` was interrupted. */
  standing: "current" | "new" | "behind" | "open";
}

/** How every tenant that is not deprovisioned stands, from states alone: no engine runs, and no cloud is asked. */
export async function fleetOf(
  session: Session,
  records: readonly TenantRecord[],
  ground: TenantGround,
): Promise<FleetMember[]> {
  const present = records.filter(({ status }) => status !== "deprovisioned");
  return sideBySide(present, statesAtOnce, async (record) => {
    const state = await tenantState(session, record, ground);
    return { record, state, standing: standingOf(state, releaseOf(record, ground.program).digest) };
  });
}

function standingOf({ release, settled }: TenantState, wanted: string): FleetMember["standing"] {
  if (!settled) return "open";
  if (release === undefined) return "new";
  return release.digest === wanted ? "current" : "behind";
}

/** Brings one tenant up and never throws: others go on. */
export async function bringUp(
  session: Session,
  { record }: FleetMember,
  ground: TenantGround,
  { command, yes }: { command: string; yes: boolean },
): Promise<StackOutcome> {
  const target = tenantTarget(record.id, ground.environment);
  try {
    return { target, logs: await deployTenant(session, record, ground, { command, yes, ask: false }) };
  } catch (error) {
    return { target, logs: [], error };
  }
}
