import type { BindingSpec } from "./schema/binding.ts";
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
