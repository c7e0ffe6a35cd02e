import {
  type NeonBranchRecord,
  type NeonProjectRecord,
  neonBranches,
  neonHours,
  neonOperations,
  neonProjects,
  neonSnapshots,
} from "../store/records/neon.ts";
import { checkDeletable, removeBranch } from "./delete-branch.ts";
import { NeonError } from "./neon-error.ts";
import { dueTimes } from "./schedules.ts";
import type { NeonServices } from "./services.ts";
import { weekMs } from "./shown.ts";
import { putSnapshot, removeSnapshot } from "./snapshots.ts";

/** Does what falls due by the local clock: usage and quotas, snapshots by schedule, what expires, projects deleted a week ago. */
export function keep(services: NeonServices): void {
  const { store, clock, usage } = services;
  usage.meter();
  const now = clock.now();
  for (const branch of store.list(neonBranches)) {
    if (store.find(neonProjects, branch.projectId)?.deletedAt !== undefined) continue;
    if (branch.schedule.length > 0) takeDueSnapshots(services, branch, now);
    if (branch.expiresAt !== undefined && Date.parse(branch.expiresAt) <= now) expire(services, branch);
  }
  for (const snapshot of store.list(neonSnapshots)) {
    if (snapshot.expiresAt === undefined || Date.parse(snapshot.expiresAt) > now) continue;
    services.operations.append(snapshot.projectId, (start) => removeSnapshot(store, snapshot, start));
  }
  for (const project of store.list(neonProjects))
    if (project.deletedAt !== undefined && Date.parse(project.deletedAt) + weekMs <= now) purge(services, project);
}

function takeDueSnapshots({ store, operations }: NeonServices, branch: NeonBranchRecord, now: number): void {
  const since = Date.parse(branch.scheduledUntil ?? branch.createdAt);
  const due = branch.schedule.flatMap(({ retention_seconds: kept, ...item }) =>
    dueTimes(item, since, now)
      .map((time) => ({ time, expires: kept === undefined ? undefined : time + kept * 1000 }))
      // Where the clock was advanced by more than that, it would be gone again.
      .filter(({ expires }) => expires === undefined || expires > now),
  );
  if (due.length === 0) return;
  due.sort((a, b) => a.time - b.time);
  operations.append(branch.projectId, (start) => {
    store.put(neonBranches, { ...branch, scheduledUntil: new Date(now).toISOString() });
    for (const { time, expires } of due) {
      putSnapshot(store, start, {
        branch,
        now: time,
        moment: time,
        expiresAt: expires === undefined ? undefined : new Date(expires).toISOString(),
        isManual: false,
      });
    }
  });
}

/** A branch that has to stay, e.g. because it got a child, is looked at again the next time. */
function expire({ store, operations }: NeonServices, branch: NeonBranchRecord): void {
  try {
    operations.append(branch.projectId, (start) => {
      checkDeletable(store, branch);
      removeBranch(store, branch, start);
    });
  } catch (error) {
    if (!(error instanceof NeonError)) throw error;
  }
}

function purge({ store, operations }: NeonServices, { id, organizationId }: NeonProjectRecord): void {
  if (operations.isBusy(id)) return;
  operations.append(id, (start) => {
    for (const operation of store.list(neonOperations, id)) store.remove(neonOperations, id, operation.id);
    for (const branch of store.list(neonBranches, id)) removeBranch(store, branch, start);
    for (const snapshot of store.list(neonSnapshots, id)) removeSnapshot(store, snapshot, start);
    for (const { hour } of store.list(neonHours, id)) store.remove(neonHours, id, hour);
    store.remove(neonProjects, organizationId, id);
  });
}
