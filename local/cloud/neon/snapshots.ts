import type { SnapshotUpdateRequest } from "@neondatabase/api-client";
import {
  dataOf,
  type NeonBranchRecord,
  type NeonSnapshotRecord,
  neonBranches,
  neonEndpoints,
  neonSnapshots,
} from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";
import { type NeonCall, type NeonHandler, ok } from "./call.ts";
import { contentsOf, writeContents } from "./copy-contents.ts";
import { checkBranches, checkBranchName } from "./create-branch.ts";
import { lsnOf, momentOf } from "./history.ts";
import { neonId } from "./ids.ts";
import { NeonError, notFound } from "./neon-error.ts";
import type { Start } from "./operations.ts";
import { shownBranch, shownEndpoint, shownSnapshot } from "./shown.ts";

interface NewSnapshot {
  branch: NeonBranchRecord;
  name?: string | undefined;
  /** Milliseconds of the local clock. */
  now: number;
  moment: number;
  /** The moment in real time; absent: now. */
  at?: number | undefined;
  expiresAt?: string | undefined;
  isManual: boolean;
}

/** Writes a snapshot of a branch and asks for its data. */
export function putSnapshot(store: Store, start: Start, asked: NewSnapshot): NeonSnapshotRecord {
  const { branch, moment, at } = asked;
  const timestamp = new Date(moment).toISOString();
  const snapshot: NeonSnapshotRecord = {
    id: neonId("snap"),
    projectId: branch.projectId,
    name: asked.name ?? `${branch.name} at ${timestamp}`,
    sourceBranchId: branch.id,
    lsn: lsnOf(moment),
    timestamp,
    isManual: asked.isManual,
    ...contentsOf(store, branch.id, at === undefined ? undefined : moment),
    createdAt: new Date(asked.now).toISOString(),
    expiresAt: asked.expiresAt,
  };
  store.put(neonSnapshots, snapshot);
  start({
    action: "create_branch",
    branchId: branch.id,
    tasks: [
      {
        do: "create-data",
        dataId: snapshot.id,
        from: dataOf(store, branch.id),
        ...(at === undefined ? {} : { at }),
      },
      { do: "measure-snapshot", snapshotId: snapshot.id },
    ],
  });
  return snapshot;
}

/** Forgets a snapshot; its data goes with the operation. */
export function removeSnapshot(
  store: Store,
  { id, projectId, sourceBranchId }: NeonSnapshotRecord,
  start: Start,
): void {
  store.remove(neonSnapshots, projectId, id);
  start({ action: "delete_timeline", branchId: sourceBranchId, tasks: [{ do: "delete-data", dataId: id }] });
}

function snapshotOf(call: NeonCall): NeonSnapshotRecord {
  const snapshot = call.services.store.get(neonSnapshots, call.project.id, call.parameter("snapshot_id"));
  if (!snapshot) throw notFound("snapshot");
  return snapshot;
}

function createSnapshot(call: NeonCall) {
  const { services, project } = call;
  const branch = call.branch();
  const now = services.clock.now();
  const moment = momentOf(services, project, branch, { lsn: call.text("lsn"), timestamp: call.text("timestamp") });
  const expiresAt = call.text("expires_at");
  if (expiresAt !== undefined && !(Date.parse(expiresAt) > now))
    throw new NeonError(400, "expires_at must be a time in the future");
  const { result, operations } = services.operations.change(project.id, (start) =>
    putSnapshot(services.store, start, {
      branch,
      name: call.text("name"),
      now,
      moment: moment ?? now,
      at: moment === undefined ? undefined : services.realTime.of(moment),
      expiresAt,
      isManual: true,
    }),
  );
  return ok({ snapshot: shownSnapshot(result) }, operations);
}

function updateSnapshot(call: NeonCall) {
  const before = snapshotOf(call);
  const snapshot = { ...before, name: call.body<SnapshotUpdateRequest>().snapshot.name ?? before.name };
  call.services.store.put(neonSnapshots, snapshot);
  return ok({ snapshot: shownSnapshot(snapshot) });
}

function deleteSnapshot(call: NeonCall) {
  const { services } = call;
  const snapshot = snapshotOf(call);
  const { operations } = services.operations.change(snapshot.projectId, (start) =>
    removeSnapshot(services.store, snapshot, start),
  );
  return { ...ok({}, operations), status: 202 as const };
}

interface RestoreRequest {
  name?: string;
  target_branch_id?: string;
  finalize_restore?: boolean;
}

function restoreSnapshot(call: NeonCall) {
  const { services, organization, project } = call;
  const { store } = services;
  const asked = call.body<RestoreRequest>();
  const snapshot = snapshotOf(call);
  const targetId = asked.target_branch_id ?? snapshot.sourceBranchId;
  const target = call.branches.find(({ id }) => id === targetId);
  if (!target && (asked.target_branch_id !== undefined || asked.finalize_restore)) throw notFound("branch");
  const at = call.now();
  const id = neonId("br");
  const branch: NeonBranchRecord = {
    id,
    projectId: project.id,
    name: asked.name ?? call.text("name") ?? `${target?.name ?? "snapshot"}_${id}`,
    state: "init",
    stateChangedAt: at,
    isDefault: false,
    isProtected: false,
    initSource: "parent-data",
    usage: { activeSeconds: 0, computeSeconds: 0 },
    createdAt: at,
    updatedAt: at,
    restoredFrom: snapshot.id,
    restoredAs: target?.id,
    schedule: [],
  };
  const { result, operations } = services.operations.change(project.id, (start) => {
    checkBranches(call, organization);
    checkBranchName(call, branch);
    store.put(neonBranches, branch);
    writeContents(store, id, snapshot);
    start({
      action: "create_branch",
      branchId: id,
      tasks: [
        { do: "create-data", dataId: id, from: snapshot.id },
        { do: "set-passwords", branchId: id },
        { do: "become-ready", branchId: id },
      ],
    });
    return asked.finalize_restore && target ? finalize(call, branch, target, undefined, start) : branch;
  });
  const endpoints = call.endpointsOf(id).map((endpoint) => shownEndpoint(services, endpoint));
  return ok({ branch: shownBranch(result), ...(endpoints.length > 0 ? { endpoints } : {}) }, operations);
}

function finalizeRestoreBranch(call: NeonCall) {
  const branch = call.branch();
  const target = call.branches.find(({ id }) => id === branch.restoredAs);
  if (branch.restoredFrom === undefined || !target) throw new NeonError(422, "branch was not restored from a snapshot");
  if (branch.isFinalized) throw new NeonError(422, "the restore of the branch has been finalized already");
  const { name } = call.body<{ name?: string }>();
  const { operations } = call.services.operations.change(branch.projectId, (start) =>
    finalize(call, branch, target, name, start),
  );
  return ok({}, operations);
}

/** The restored branch takes the place of its target: name, computes, and being the default. */
function finalize(
  call: NeonCall,
  branch: NeonBranchRecord,
  target: NeonBranchRecord,
  oldName: string | undefined,
  start: Start,
): NeonBranchRecord {
  const { store } = call.services;
  const at = call.now();
  const replaced = { ...target, name: oldName ?? `${target.name} (old) ${at}`, isDefault: false, isProtected: false };
  checkBranchName(call, replaced);
  const finalized: NeonBranchRecord = {
    ...branch,
    name: target.name,
    isDefault: target.isDefault,
    isProtected: target.isProtected,
    isFinalized: true,
    schedule: target.schedule,
    scheduledUntil: target.scheduledUntil,
    updatedAt: at,
  };
  store.put(neonBranches, { ...replaced, schedule: [], updatedAt: at });
  store.put(neonBranches, finalized);
  for (const endpoint of call.endpointsOf(target.id)) {
    store.put(neonEndpoints, { ...endpoint, branchId: branch.id, updatedAt: at });
    start({
      action: "apply_config",
      branchId: branch.id,
      endpointId: endpoint.id,
      tasks: [
        { do: "configure-endpoint", endpointId: endpoint.id },
        { do: "suspend-endpoint", endpointId: endpoint.id },
      ],
    });
  }
  return finalized;
}

export const snapshotHandlers: Record<string, NeonHandler> = {
  createSnapshot,
  listSnapshots: (call) =>
    ok({ snapshots: call.services.store.list(neonSnapshots, call.project.id).map(shownSnapshot) }),
  updateSnapshot,
  deleteSnapshot,
  restoreSnapshot,
  finalizeRestoreBranch,
};
