import { declaredChildren, type EnvironmentName } from "../../catalog/index.ts";
import { TenantRecords } from "./tenant-records.ts";

/** Ids of everybody that resources of an environment may belong to: recorded tenants that are not removed, and apps, each its own tenant. */
export function knownTenants(environment: EnvironmentName): string[] {
  const tenants = new TenantRecords(environment).present().map(({ id }) => id);
  const apps = declaredChildren.filter(({ environments }) => environments.includes(environment)).map(({ id }) => id);
  return [...new Set([...tenants, ...apps])].sort();
}
