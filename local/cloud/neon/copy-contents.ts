import { type NeonDatabaseRecord, type NeonRoleRecord, neonDatabases, neonRoles } from "../store/records/neon.ts";
import type { Store } from "../store/store.ts";
import { databaseId, rolePassword } from "./ids.ts";

export interface Contents {
  roles: NeonRoleRecord[];
  databases: NeonDatabaseRecord[];
}

/** Roles and databases of a branch that were there at `moment` (milliseconds of the local clock; none: now). */
export function contentsOf(store: Store, branchId: string, moment?: number): Contents {
  const wasThere = ({ createdAt }: { createdAt: string }) => moment === undefined || Date.parse(createdAt) <= moment;
  const roles = store.list(neonRoles, branchId).filter(wasThere);
  return {
    roles,
    databases: store.list(neonDatabases, branchId).filter(wasThere),
  };
}

/** Writes roles and databases as those of `branchId`, in place of what it has. @param options.newPasswords as below a protected branch. */
export function writeContents(
  store: Store,
  branchId: string,
  { roles, databases }: Contents,
  options: { newPasswords?: boolean } = {},
): Contents {
  for (const { name } of store.list(neonRoles, branchId)) store.remove(neonRoles, branchId, name);
  for (const { id } of store.list(neonDatabases, branchId)) store.remove(neonDatabases, branchId, String(id));
  const written: Contents = {
    roles: roles.map((role) => ({ ...role, branchId, ...(options.newPasswords ? { password: rolePassword() } : {}) })),
    databases: databases.map((database) => ({ ...database, branchId, id: databaseId() })),
  };
  for (const role of written.roles) store.put(neonRoles, role);
  for (const database of written.databases) store.put(neonDatabases, database);
  return written;
}
