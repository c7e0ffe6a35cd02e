import { availabilityObjective, type HealthState } from "../../../contracts/ops-health.ts";
import type { KeptService } from "../registry/registry-keeper.ts";
import { zoneOf } from "../registry/service-record.ts";
import { type CheckState, healthOf } from "./check-state.ts";
import { intervalOf, type StoredCheck } from "./check-store.ts";
import { explainFailures } from "./explain-failures.ts";
import type { PlanInput, Watched } from "./plan-incidents.ts";
import type { UptimeKeeper } from "./uptime-keeper.ts";

/** A certificate that is good for fewer days has to be renewed. */
const expiringDays = 14;
const dayMilliseconds = 24 * 3_600_000;

/** Gathers what incidents are planned by. */
export function planInput({
  now,
  watched,
  services,
  uptime,
  open,
}: {
  now: number;
  watched: readonly Watched[];
  services: ReadonlyMap<string, KeptService>;
  uptime: UptimeKeeper;
  open: PlanInput["open"];
}): PlanInput {
  const states = new Map(watched.map(({ id, state }) => [id, state]));
  const explanation = explainFailures(
    [...services.values()].map(({ record }) => {
      const state = states.get(`active/${record.name}`);
      return {
        name: record.name,
        watched: state !== undefined,
        failingSince: state?.failingSince ?? state?.flappingSince,
        dependencies: record.dependencies,
        zone: zoneOf(record),
      };
    }),
  );
  const burning = uptime.troubled(now).flatMap((id) => {
    const service = id.startsWith("active/") ? services.get(id.slice("active/".length)) : undefined;
    const alert = service && uptime.burning(id, availabilityObjective(service.record.tier), now);
    return service === undefined || alert === undefined ? [] : [[service.record.name, alert] as const];
  });
  const expiring = [...services.values()].flatMap(({ record, certificateUntil }) => {
    const days = daysLeft(certificateUntil, now);
    return days === undefined || days >= expiringDays ? [] : [[record.name, days] as const];
  });
  return { now, watched, explanation, open, burning: new Map(burning), expiring: new Map(expiring) };
}

/** Whole days until a time. */
export function daysLeft(until: number | undefined, now: number): number | undefined {
  return until === undefined ? undefined : Math.floor((until - now) / dayMilliseconds);
}

/** Health of a service by all of its checks: its own answers say most, its silence the rest. */
export function healthOfAll(
  checks: readonly StoredCheck[],
  now: number,
  blind: boolean,
): { health: HealthState; last: CheckState["last"] } {
  const shown = (kind: string) => {
    const check = checks.find((one) => one.kind === kind);
    if (check === undefined) return undefined;
    const interval = intervalOf(check.kind);
    // A plane that reaches nothing can still be reached.
    return healthOf(check.state, { now, interval, blind: blind && kind !== "heartbeat" });
  };
  const asked = shown("active");
  const heard = shown("heartbeat");
  const last = checks.find(({ kind }) => kind !== "synthetic")?.state.last;
  if (asked === undefined) return { health: heard ?? "unknown", last };
  const silent = asked === "healthy" && heard !== undefined && !["healthy", "unknown"].includes(heard);
  return { health: silent ? heard : asked, last };
}
