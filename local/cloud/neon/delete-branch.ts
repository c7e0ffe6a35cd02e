import { type NeonBranchRecord, neonBranches, neonDatabases, neonEndpoints, neonRoles } from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";
import { NeonError } from "./neon-error.ts";
import type { Start } from "./operations.ts";

/** @throws {NeonError} 422 with the reason why a branch has to stay. */
export function checkDeletable(store: Store, branch: NeonBranchRecord): void {
  if (branch.isDefault) throw new NeonError(422, "cannot delete the default branch");
  if (branch.isProtected) throw new NeonError(422, "cannot delete protected branch");
  if (store.list(neonBranches, branch.projectId).some(({ parentId }) => parentId === branch.id))
    throw new NeonError(422, "cannot delete branch that has children");
  if (branch.parentId === undefined && branch.initSource === "parent-data" && branch.restoredFrom === undefined)
    throw new NeonError(422, "cannot delete root branch");
}

/** Forgets a branch with all that it has; its data goes with the operations. */
export function removeBranch(store: Store, { id, projectId, dataId = id }: NeonBranchRecord, start: Start): void {
  for (const endpoint of store.list(neonEndpoints, projectId).filter(({ branchId }) => branchId === id)) {
    store.remove(neonEndpoints, projectId, endpoint.id);
    const tasks = [{ do: "close-endpoint" as const, endpointId: endpoint.id }];
    start({ action: "suspend_compute", branchId: id, endpointId: endpoint.id, tasks });
  }
  for (const { name } of store.list(neonRoles, id)) store.remove(neonRoles, id, name);
  for (const database of store.list(neonDatabases, id)) store.remove(neonDatabases, id, String(database.id));
  store.remove(neonBranches, projectId, id);
  start({ action: "delete_timeline", branchId: id, tasks: [{ do: "delete-data", dataId }] });
}
