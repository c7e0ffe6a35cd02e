import type { RoleCreateRequest } from "@neondatabase/api-client";
import { type NeonRoleRecord, type NeonTask, neonDatabases, neonRoles } from "../store/records/neon.ts";
import { created, type NeonCall, type NeonHandler, nothing, ok } from "./call.ts";
import { rolePassword } from "./ids.ts";
import { checkRoleName } from "./names.ts";
import { NeonError } from "./neon-error.ts";
import type { NewOperation } from "./operations.ts";
import { shownRole } from "./shown.ts";

function createProjectBranchRole(call: NeonCall) {
  const { store, operations } = call.services;
  const { name, no_login: noLogin } = call.body<RoleCreateRequest>().role;
  const branch = call.branch();
  checkRoleName(name);
  if (noLogin) throw new NeonError(422, "the embedded cloud has no roles without login");
  const at = call.now();
  const role: NeonRoleRecord = { branchId: branch.id, name, password: rolePassword(), createdAt: at, updatedAt: at };
  const change = operations.change(branch.projectId, (start) => {
    if (store.get(neonRoles, branch.id, name)) throw new NeonError(409, `role already exists: ${name}`);
    store.put(neonRoles, role);
    start(applyConfig(call, branch.id, { do: "create-role", branchId: branch.id, role: name }));
  });
  return created({ role: shownRole(role, role.password) }, change.operations);
}

function deleteProjectBranchRole(call: NeonCall) {
  const { store, operations } = call.services;
  const branch = call.branch();
  const role = store.get(neonRoles, branch.id, call.parameter("role_name"));
  if (!role) return nothing;
  const owned = store.list(neonDatabases, branch.id).filter(({ owner }) => owner === role.name);
  if (owned.length > 0)
    throw new NeonError(422, `role ${role.name} owns ${owned.map(({ name }) => `database ${name}`).join(", ")}`);
  const change = operations.change(branch.projectId, (start) => {
    store.remove(neonRoles, branch.id, role.name);
    start(applyConfig(call, branch.id, { do: "delete-role", branchId: branch.id, role: role.name }));
  });
  return ok({ role: shownRole(role) }, change.operations);
}

function resetProjectBranchRolePassword(call: NeonCall) {
  const { store, operations } = call.services;
  const branch = call.branch();
  const role = { ...call.role(branch.id), password: rolePassword(), updatedAt: call.now() };
  const change = operations.change(branch.projectId, (start) => {
    store.put(neonRoles, role);
    start(applyConfig(call, branch.id, { do: "set-password", branchId: branch.id, role: role.name }));
  });
  return ok({ role: shownRole(role, role.password) }, change.operations);
}

export const roleHandlers: Record<string, NeonHandler> = {
  createProjectBranchRole,
  listProjectBranchRoles: (call) =>
    ok({ roles: call.services.store.list(neonRoles, call.branch().id).map((role) => shownRole(role)) }),
  getProjectBranchRole: (call) => ok({ role: shownRole(call.role(call.branch().id)) }),
  deleteProjectBranchRole,
  getProjectBranchRolePassword: (call) => {
    const { password } = call.role(call.branch().id);
    checkStored(call);
    return ok({ password });
  },
  resetProjectBranchRolePassword,
};

/** @throws {NeonError} 412 */
export function checkStored(call: NeonCall): void {
  if (!call.project.storePasswords) throw new NeonError(412, "storing passwords is disabled");
}

/** The operation by which a change within Postgres reaches the branch's compute. */
export function applyConfig(call: NeonCall, branchId: string, ...tasks: NeonTask[]): NewOperation {
  const endpointId = call.endpointsOf(branchId).find(({ type }) => type === "read_write")?.id;
  return { action: "apply_config", branchId, endpointId, tasks };
}
