import type { PostgresFleet } from "../postgres/types.ts";
import {
  dataOf,
  type NeonRoleRecord,
  type NeonTask,
  neonBranches,
  neonEndpoints,
  neonRoles,
  neonSnapshots,
} from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";
import type { LocalClock } from "../types.ts";
import { exchangeData } from "./exchange-data.ts";
import { openEndpoint } from "./open-endpoint.ts";

/**
 * Does a task to the fleet; doing it again changes nothing, since a daemon can be killed after any of them. What it returns is run in the
 * transaction that notes the task as done.
 */
export type TaskRunner = (task: NeonTask) => Promise<(() => void) | undefined>;

export function createTaskRunner(services: { store: Store; clock: LocalClock; fleet: PostgresFleet }): TaskRunner {
  const { store, clock, fleet } = services;
  const now = (): string => new Date(clock.now()).toISOString();

  async function withRole(
    branchId: string,
    name: string,
    work: (role: NeonRoleRecord) => Promise<void>,
  ): Promise<void> {
    const role = store.get(neonRoles, branchId, name);
    if (role) await work(role);
  }

  return async (task) => {
    switch (task.do) {
      case "create-data": {
        const { dataId, from, at, schemaOnly } = task;
        await fleet.createBranch({
          id: dataId,
          ...(from === undefined ? {} : { parent: { id: from, ...(at === undefined ? {} : { at }) } }),
          ...(schemaOnly ? { schemaOnly } : {}),
        });
        return;
      }
      case "delete-data":
        await fleet.deleteBranch(task.dataId);
        return;
      case "exchange-data":
        return () => exchangeData(store, task, now());
      case "become-ready":
        return () => {
          const branch = store.find(neonBranches, task.branchId);
          const at = now();
          if (branch) store.put(neonBranches, { ...branch, state: "ready", stateChangedAt: at, updatedAt: at });
        };
      case "measure-snapshot": {
        const fullSize = await fleet.logicalSize(task.snapshotId);
        return () => {
          const snapshot = store.find(neonSnapshots, task.snapshotId);
          if (snapshot) store.put(neonSnapshots, { ...snapshot, fullSize });
        };
      }
      case "set-passwords":
        for (const { name, password } of store.list(neonRoles, task.branchId))
          await fleet.setPassword(dataOf(store, task.branchId), { name, password });
        return;
      case "create-role":
        await withRole(task.branchId, task.role, ({ branchId, name, password }) =>
          fleet.createRole(dataOf(store, branchId), { name, password }),
        );
        return;
      case "set-password":
        await withRole(task.branchId, task.role, ({ branchId, name, password }) =>
          fleet.setPassword(dataOf(store, branchId), { name, password }),
        );
        return;
      case "delete-role":
        await fleet.deleteRole(dataOf(store, task.branchId), task.role);
        return;
      case "create-database":
        await fleet.createDatabase(dataOf(store, task.branchId), { name: task.database, owner: task.owner });
        return;
      case "update-database": {
        const { branchId, database, name, owner } = task;
        const change = { ...(name === undefined ? {} : { name }), ...(owner === undefined ? {} : { owner }) };
        await fleet.updateDatabase(dataOf(store, branchId), database, change);
        return;
      }
      case "delete-database":
        await fleet.deleteDatabase(dataOf(store, task.branchId), task.database);
        return;
      case "configure-endpoint": {
        const endpoint = store.find(neonEndpoints, task.endpointId);
        if (endpoint) await openEndpoint(services, endpoint);
        return;
      }
      case "close-endpoint":
        await fleet.closeEndpoint(task.endpointId);
        return;
      case "start-endpoint":
        await fleet.startEndpoint(task.endpointId);
        return;
      case "suspend-endpoint":
        await fleet.suspendEndpoint(task.endpointId);
        return;
    }
  };
}

/** After an operation has failed for good: a branch whose data was to be replaced has what it had. */
export function abandon(store: Store, tasks: NeonTask[]): void {
  for (const task of tasks) {
    const branch = task.do === "exchange-data" ? store.find(neonBranches, task.branchId) : undefined;
    if (branch) store.put(neonBranches, { ...branch, state: "ready" });
  }
}
