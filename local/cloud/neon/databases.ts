import type { DatabaseCreateRequest, DatabaseUpdateRequest } from "@neondatabase/api-client";
import { type NeonDatabaseRecord, neonDatabases } from "../store/records/neon.ts";
import { created, type NeonCall, type NeonHandler, nothing, ok } from "./call.ts";
import { databaseId } from "./ids.ts";
import { checkDatabaseName } from "./names.ts";
import { NeonError } from "./neon-error.ts";
import { applyConfig } from "./roles.ts";
import { shownDatabase } from "./shown.ts";

function createProjectBranchDatabase(call: NeonCall) {
  const { store, operations } = call.services;
  const { name, owner_name: owner } = call.body<DatabaseCreateRequest>().database;
  const branch = call.branch();
  checkDatabaseName(name);
  call.role(branch.id, owner);
  const at = call.now();
  const database = { id: databaseId(), branchId: branch.id, name, owner, createdAt: at, updatedAt: at };
  const change = operations.change(branch.projectId, (start) => {
    checkFree(call, database);
    store.put(neonDatabases, database);
    start(applyConfig(call, branch.id, { do: "create-database", branchId: branch.id, database: name, owner }));
  });
  return created({ database: shownDatabase(database) }, change.operations);
}

function updateProjectBranchDatabase(call: NeonCall) {
  const { store, operations } = call.services;
  const asked = call.body<DatabaseUpdateRequest>().database;
  const branch = call.branch();
  const before = call.database(branch.id);
  const name = asked.name ?? before.name;
  const owner = asked.owner_name ?? before.owner;
  checkDatabaseName(name);
  call.role(branch.id, owner);
  const database = { ...before, name, owner, updatedAt: call.now() };
  const change = operations.change(branch.projectId, (start) => {
    checkFree(call, database);
    store.put(neonDatabases, database);
    start(
      applyConfig(call, branch.id, {
        do: "update-database",
        branchId: branch.id,
        database: before.name,
        ...(name === before.name ? {} : { name }),
        ...(owner === before.owner ? {} : { owner }),
      }),
    );
  });
  return ok({ database: shownDatabase(database) }, change.operations);
}

function deleteProjectBranchDatabase(call: NeonCall) {
  const { store, operations } = call.services;
  const branch = call.branch();
  const database = store.byName(neonDatabases, branch.id, call.parameter("database_name"));
  if (!database) return nothing;
  const change = operations.change(branch.projectId, (start) => {
    store.remove(neonDatabases, branch.id, String(database.id));
    start(applyConfig(call, branch.id, { do: "delete-database", branchId: branch.id, database: database.name }));
  });
  return ok({ database: shownDatabase(database) }, change.operations);
}

function checkFree(call: NeonCall, { id, branchId, name }: NeonDatabaseRecord): void {
  const taken = call.services.store.byName(neonDatabases, branchId, name);
  if (taken && taken.id !== id) throw new NeonError(409, `database already exists: ${name}`);
}

export const databaseHandlers: Record<string, NeonHandler> = {
  createProjectBranchDatabase,
  listProjectBranchDatabases: (call) =>
    ok({ databases: call.services.store.list(neonDatabases, call.branch().id).map(shownDatabase) }),
  getProjectBranchDatabase: (call) => ok({ database: shownDatabase(call.database(call.branch().id)) }),
  updateProjectBranchDatabase,
  deleteProjectBranchDatabase,
};
