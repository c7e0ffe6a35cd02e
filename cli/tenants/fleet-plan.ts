import type { TenantRecord } from "../../catalog/index.ts";
import { callsOf, callsPerWindow, minutesFor } from "./api-budget.ts";
import { describeForecast, forecastOrganizations, type NeonOrganization } from "./assign-organization.ts";
import type { FleetMember } from "./fleet.ts";

/** What a run over the fleet would need. */
export interface FleetPlan {
  members: number;
  toBringUp: number;
  /** API calls at most, and minutes that waiting for the limit adds. */
  calls: number;
  minutes: number;
  organizations: ReturnType<typeof forecastOrganizations>;
}

export function fleetPlan(
  members: readonly FleetMember[],
  organizations: readonly NeonOrganization[],
  records: readonly TenantRecord[],
  now: number,
): FleetPlan {
  const calls = members.reduce((sum, { standing }) => sum + callsOf[standing], 0);
  return {
    members: members.length,
    toBringUp: members.filter(({ standing }) => standing !== "current").length,
    calls,
    minutes: minutesFor(calls),
    organizations: forecastOrganizations(organizations, records, now),
  };
}

export function describePlan({ members, toBringUp, calls, minutes, organizations }: FleetPlan): string {
  const wait = minutes === 0 ? "no waiting" : `at least ${minutes} minutes of waiting`;
  return [
    `${toBringUp} of ${members} tenants are to be brought up: ${calls} API calls at most, ${wait} (${callsPerWindow} calls in 5 minutes and account).`,
    describeForecast(organizations),
  ].join("\n");
}
