import type { BindingSpec } from "../schema/binding.ts";
import type { ServiceSpec } from "../schema/service.ts";
import { validateCatalog } from "../validate/validate-catalog.ts";

/** An id as Cloudflare gives it to a namespace. */
export const id = "0123456789abcdef0123456789abcdef";

/** A service without a mistake; `raw` may be anything, as in a file that was not compiled. */
export function service(name: string, raw: object = {}): object {
  return {
    name,
    short: name,
    description: "For tests.",
    family: "chittyos",
    tier: 3,
    owner: "tests",
    dataClass: "internal",
    hosting: { kind: "worker" },
    hosts: [`${name}.{domain}`],
    ...raw,
  };
}

/** The tail consumer that the others name by default. */
export const tail = service("chittytrack", { hosting: { kind: "worker", tailConsumers: [] } });
export const binding = (...bindings: BindingSpec[]): Partial<ServiceSpec> => ({ bindings });

/** What is reported of services beside a tail consumer: field and what was found. */
export function problemsOf(...services: object[]): string[] {
  return validateCatalog([tail, ...services]).map(({ field, found }) => `${field}: ${found}`);
}
