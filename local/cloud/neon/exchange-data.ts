import { dataOf, type NeonTask, neonBranches } from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";
import { contentsOf, writeContents } from "./copy-contents.ts";

/**
 * Lets a branch have other data, with the roles and databases that the source of the data had. What it had becomes a branch of its own, if
 * that is asked for, and its children go with that. To be run in one transaction, once the other data is there.
 */
export function exchangeData(store: Store, task: Extract<NeonTask, { do: "exchange-data" }>, at: string): void {
  const branch = store.find(neonBranches, task.branchId);
  if (!branch) return;
  const contents = contentsOf(store, task.source, task.moment);
  if (task.keep) {
    const { id, name } = task.keep;
    store.put(neonBranches, {
      ...branch,
      id,
      name,
      dataId: dataOf(store, branch.id),
      state: "ready",
      stateChangedAt: at,
      updatedAt: at,
      isDefault: false,
      isProtected: false,
      expiresAt: undefined,
      ttlSeconds: undefined,
      schedule: [],
    });
    writeContents(store, id, contentsOf(store, branch.id));
    for (const child of store.list(neonBranches, branch.projectId))
      if (child.parentId === branch.id) store.put(neonBranches, { ...child, parentId: id, updatedAt: at });
  }
  store.put(neonBranches, { ...branch, ...task.origin, dataId: task.dataId });
  writeContents(store, branch.id, contents, { newPasswords: task.newPasswords });
}
