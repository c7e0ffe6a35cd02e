import type { BindingSpec } from "./schema/binding.ts";
import type { SecretSpec } from "./schema/secret.ts";
import type { ServiceSpec } from "./schema/service.ts";

/** Declares a service. A misspelt field is a compile error; everything else is found by `validateCatalog`. */
export function defineService(spec: ServiceSpec): ServiceSpec {
  return spec;
}

/** Binds each secret as text under its own name. */
export function secretBindings(...names: string[]): BindingSpec[] {
  return names.map((name) => ({ kind: "secret", name }));
}

/** Binds services of the catalog, variable name to service name. */
export function serviceBindings(targets: Readonly<Record<string, string>>): BindingSpec[] {
  return Object.entries(targets).map(([name, service]) => ({ kind: "service", name, service }));
}

/** Binds scripts that nobody here deploys, variable name to script name. */
export function externalBindings(targets: Readonly<Record<string, string>>): BindingSpec[] {
  return Object.entries(targets).map(([name, service]) => ({ kind: "service", name, service, external: true }));
}

/** Secrets that come from outside and belong to one service. */
export function provided(...names: string[]): SecretSpec[] {
  return names.map((name) => ({ name, source: "provided" }));
}

/** Tokens that services of the family show each other: made here, one value for all that declare it. */
export function serviceTokens(...names: string[]): SecretSpec[] {
  return names.map((name) => ({ name, source: "generated", shared: true, rotateEvery: "90d" }));
}
