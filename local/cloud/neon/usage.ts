import type { PostgresFleet } from "../postgres/types.ts";
import {
  type NeonEndpointRecord,
  type NeonProjectRecord,
  neonBranches,
  neonEndpoints,
  neonHours,
  neonProjects,
} from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";
import type { LocalClock } from "../types.ts";
import { suspendAfter } from "./open-endpoint.ts";
import type { Operations } from "./operations.ts";
import type { RealTime } from "./real-time.ts";

/** Counts the time that computes run, by the local clock, and holds projects to their quotas. */
export interface Usage {
  /** Counts up to now, suspends what was idle for too long by the local clock, and stops the computes of projects that have used up a quota. */
  meter(): void;
}

const hourMs = 3_600_000;

export function createUsage(services: {
  store: Store;
  clock: LocalClock;
  fleet: PostgresFleet;
  operations: Operations;
  realTime: RealTime;
}): Usage {
  const { store, clock, fleet, operations, realTime } = services;
  /** Of running computes: up to when their time is counted. */
  const running = new Map<string, number>();

  function count(endpoint: NeonEndpointRecord): void {
    const now = clock.now();
    const { active, connections, lastActive, startedAt } = fleet.status(endpoint.id);
    const shown = (real: number | undefined): number => (real === undefined ? now : realTime.shownAt(real));
    const counted = running.get(endpoint.id) ?? (active ? shown(startedAt) : undefined);
    if (counted === undefined) return;
    const idleMs = suspendAfter(endpoint) * 1000;
    const isUsed = active && (connections > 0 || idleMs === 0);
    const idleFrom = lastActive === undefined ? counted : shown(lastActive);
    // A clock that jumps goes past the moment at which an idle compute is suspended.
    const until = isUsed ? now : Math.min(now, idleFrom + idleMs);
    if (active) running.set(endpoint.id, now);
    else running.delete(endpoint.id);
    if (until > counted) add(endpoint, counted, until);
    // The fleet does so itself, but knows of no jumps.
    if (active && until < now) suspend(endpoint);
  }

  function suspend({ id, projectId, branchId }: NeonEndpointRecord): void {
    operations.append(projectId, (start) => {
      const tasks = [{ do: "suspend-endpoint" as const, endpointId: id }];
      start({ action: "suspend_compute", branchId, endpointId: id, tasks });
    });
  }

  function add(endpoint: NeonEndpointRecord, from: number, until: number): void {
    const { projectId, branchId, minCu } = endpoint;
    const activeSeconds = (until - from) / 1000;
    const used = <T extends { usage: NeonProjectRecord["usage"] }>(record: T): T => ({
      ...record,
      usage: {
        activeSeconds: record.usage.activeSeconds + activeSeconds,
        computeSeconds: record.usage.computeSeconds + activeSeconds * minCu,
      },
    });
    store.transaction(() => {
      const project = store.find(neonProjects, projectId);
      if (project) store.put(neonProjects, used(project));
      const branch = store.get(neonBranches, projectId, branchId);
      if (branch) store.put(neonBranches, used(branch));
      for (let at = from; at < until; ) {
        const hourStart = Math.floor(at / hourMs) * hourMs;
        const end = Math.min(until, hourStart + hourMs);
        const hour = new Date(hourStart).toISOString();
        const before = store.get(neonHours, projectId, hour)?.computeUnitSeconds ?? 0;
        store.put(neonHours, { projectId, hour, computeUnitSeconds: before + ((end - at) / 1000) * minCu });
        at = end;
      }
    });
  }

  /** A quota is for a month: what was used before does not count against it. */
  function renew(project: NeonProjectRecord): NeonProjectRecord {
    const periodStart = monthOf(clock.now());
    if (project.periodStart === periodStart) return project;
    const usage = { activeSeconds: 0, computeSeconds: 0 };
    const renewed = { ...project, periodStart, usage };
    store.transaction(() => {
      store.put(neonProjects, renewed);
      for (const branch of store.list(neonBranches, project.id)) store.put(neonBranches, { ...branch, usage });
    });
    return renewed;
  }

  function enforce(project: NeonProjectRecord): void {
    const exhausted = usedUp(project);
    if (exhausted === project.exhausted) return;
    operations.append(project.id, (start) => {
      store.put(neonProjects, { ...project, exhausted });
      for (const { id, branchId } of store.list(neonEndpoints, project.id)) {
        const endpointId = id;
        start({ action: "apply_config", branchId, endpointId, tasks: [{ do: "configure-endpoint", endpointId }] });
        if (exhausted !== undefined)
          start({ action: "suspend_compute", branchId, endpointId, tasks: [{ do: "suspend-endpoint", endpointId }] });
      }
    });
  }

  return {
    meter() {
      for (const endpoint of store.list(neonEndpoints)) count(endpoint);
      for (const project of store.list(neonProjects)) if (project.deletedAt === undefined) enforce(renew(project));
    },
  };
}

/** Start of the month in UTC, as the API shows it. */
export function monthOf(time: number): string {
  const date = new Date(time);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)).toISOString();
}

function usedUp({ settings, usage }: NeonProjectRecord): string | undefined {
  const { active_time_seconds: active, compute_time_seconds: compute } = settings.quota ?? {};
  if (active && usage.activeSeconds >= active)
    return "Your project has exceeded the active time quota. Upgrade your plan to increase limits.";
  if (compute && usage.computeSeconds >= compute)
    return "Your project has exceeded the compute time quota. Upgrade your plan to increase limits.";
  return undefined;
}
