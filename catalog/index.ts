export type { DataClass } from "./data-classes.ts";
export { databaseDefaultsOf } from "./database-defaults.ts";
export { declaredChildren, declaredFamilies, declaredOpsPlane, services } from "./declared-services.ts";
export { type EnvironmentName, environmentNames, environments } from "./environments.ts";
export { exampleTenants } from "./example-tenants.ts";
export {
  accountsAndZones,
  type FamilyName,
  families,
  familyNames,
  isEnvironmentName,
} from "./families.ts";
export { type IdentityProvider, identityProviders } from "./identity-providers.ts";
export { physicalName } from "./physical-name.ts";
export { CatalogError, type CatalogProblem, formatProblems } from "./problems.ts";
export { resolve } from "./resolve.ts";
export { type ResolvedChild, resolveChildren } from "./resolve-children.ts";
export type {
  ResolvedBinding,
  ResolvedDatabase,
  ResolvedEstate,
  ResolvedSecret,
  ResolvedService,
  ResolvedStore,
  ResolvedWorker,
} from "./resolved.ts";
export { type TenantRecord, tenant } from "./schema/tenant.ts";
export { tenantDatabase } from "./tenant-database.ts";
export { validateChildren } from "./validate/children.ts";
export { validateCatalog } from "./validate/validate-catalog.ts";
