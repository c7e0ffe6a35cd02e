import type { BranchUpdateRequest } from "@neondatabase/api-client";
import { type NeonBranchRecord, neonBranches } from "../store/records/neon.ts";
import { after, type NeonCall, type NeonHandler, nothing, ok } from "./call.ts";
import { checkBranchName, createProjectBranch, expiry } from "./create-branch.ts";
import { checkDeletable, removeBranch } from "./delete-branch.ts";
import { NeonError } from "./neon-error.ts";
import { restoreProjectBranch } from "./restore-branch.ts";
import { shownAnnotation, shownBranch, shownEndpoint } from "./shown.ts";

function found(call: NeonCall): NeonBranchRecord[] {
  const search = call.text("search")?.toLowerCase() ?? "";
  return call.branches.filter(({ id, name }) => id.includes(search) || name.toLowerCase().includes(search));
}

function listProjectBranches(call: NeonCall) {
  const sortBy = call.text("sort_by") ?? "updated_at";
  const order = call.text("sort_order") ?? "desc";
  const key = (branch: NeonBranchRecord): string =>
    sortBy === "name" ? branch.name : sortBy === "created_at" ? branch.createdAt : branch.updatedAt;
  const sign = order === "asc" ? 1 : -1;
  const sorted = found(call).sort((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  const rest = after(sorted, call.text("cursor"));
  const page = rest.slice(0, call.number("limit") ?? rest.length);
  const next = page.length < rest.length ? page.at(-1)?.id : undefined;
  return ok({
    branches: page.map((branch) => shownBranch(branch)),
    annotations: Object.fromEntries(
      page.filter(({ annotation }) => annotation).map((branch) => [branch.id, shownAnnotation(branch)]),
    ),
    ...(next === undefined ? {} : { pagination: { next, sort_by: sortBy, sort_order: order } }),
  });
}

async function getProjectBranch(call: NeonCall) {
  call.services.usage.meter();
  const branch = call.branch();
  // While its data is being made or replaced there is nothing to measure.
  const size = branch.state === "ready" ? await call.services.fleet.logicalSize(branch.dataId ?? branch.id) : undefined;
  return ok({ branch: shownBranch(branch, size), annotation: shownAnnotation(branch) });
}

function updateProjectBranch(call: NeonCall) {
  const asked = call.body<BranchUpdateRequest>().branch;
  const before = call.branch();
  const isProtected = asked.protected ?? before.isProtected;
  if (isProtected && (asked.expires_at ?? (asked.expires_at === undefined ? before.expiresAt : undefined)))
    throw new NeonError(422, "a protected branch cannot have expires_at");
  const branch: NeonBranchRecord = {
    ...before,
    name: asked.name ?? before.name,
    isProtected,
    ...(asked.expires_at === undefined ? {} : expiry(call, asked.expires_at, before)),
    updatedAt: call.now(),
  };
  call.services.store.transaction(() => {
    checkBranchName(call, branch);
    call.services.store.put(neonBranches, branch);
  });
  return ok({ branch: shownBranch(branch) }, []);
}

function deleteProjectBranch(call: NeonCall) {
  const { store, operations } = call.services;
  const { project } = call;
  const branch = store.get(neonBranches, project.id, call.parameter("branch_id"));
  if (!branch) return nothing;
  const { operations: started } = operations.change(project.id, (start) => {
    checkDeletable(store, branch);
    removeBranch(store, branch, start);
  });
  return ok({ branch: shownBranch(branch) }, started);
}

function setDefaultProjectBranch(call: NeonCall) {
  const { store } = call.services;
  const branch = call.branch();
  if (branch.expiresAt !== undefined) throw new NeonError(422, "a branch with expires_at cannot be the default branch");
  store.transaction(() => {
    for (const other of call.branches)
      if (other.isDefault !== (other.id === branch.id))
        store.put(neonBranches, { ...other, isDefault: other.id === branch.id, updatedAt: call.now() });
  });
  return ok({ branch: shownBranch(call.branch()) }, []);
}

export const branchHandlers: Record<string, NeonHandler> = {
  createProjectBranch,
  listProjectBranches,
  countProjectBranches: (call) => ok({ count: found(call).length }),
  getProjectBranch,
  updateProjectBranch,
  deleteProjectBranch,
  setDefaultProjectBranch,
  restoreProjectBranch,
  listProjectBranchEndpoints: (call) =>
    ok({ endpoints: call.endpointsOf(call.branch().id).map((one) => shownEndpoint(call.services, one)) }),
};
