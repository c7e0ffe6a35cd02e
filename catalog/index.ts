export { databaseDefaultsOf } from "./database-defaults.ts";
export { services } from "./declared-services.ts";
export { type EnvironmentName, environmentNames, environments } from "./environments.ts";
export { accountsAndZones, type FamilyName, families, familyNames } from "./families.ts";
export { physicalName } from "./physical-name.ts";
export { CatalogError, formatProblems } from "./problems.ts";
export { resolve } from "./resolve.ts";
export type {
  ResolvedBinding,
  ResolvedDatabase,
  ResolvedEstate,
  ResolvedSecret,
  ResolvedService,
  ResolvedStore,
  ResolvedWorker,
} from "./resolved.ts";
export { validateCatalog } from "./validate/validate-catalog.ts";
