export { services } from "./declared-services.ts";
export { type EnvironmentName, environmentNames, environments } from "./environments.ts";
export { accountsAndZones, type FamilyName, families, familyNames } from "./families.ts";
export { physicalName } from "./physical-name.ts";
export { CatalogError, type CatalogProblem, formatProblems } from "./problems.ts";
export { resolve } from "./resolve.ts";
export type {
  ResolvedBinding,
  ResolvedDatabase,
  ResolvedEstate,
  ResolvedSecret,
  ResolvedService,
  ResolvedStore,
  ResolvedWorker,
  StoreKind,
} from "./resolved.ts";
export type { BindingSpec } from "./schema/binding.ts";
export type { HostingSpec } from "./schema/hosting.ts";
export type { SecretSpec } from "./schema/secret.ts";
export type { ServiceSpec } from "./schema/service.ts";
export { validateCatalog } from "./validate/validate-catalog.ts";
