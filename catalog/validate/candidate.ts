import { isFields } from "../merge.ts";
import type { CatalogProblem } from "../problems.ts";
import type { ServiceSpec } from "../schema/service.ts";

/** A service as it was given, and what of it can be used to look for further problems. */
export interface Candidate {
  file: string;
  raw: Readonly<Record<string, unknown>>;
  /** What fits the schema; a field or entry that does not is left out. */
  spec: ServiceSpec;
  /** Whether nothing was left out. Where something was, the absence of a thing proves nothing. */
  whole: boolean;
}

/** Notes down one problem of a service. */
export type Report = (field: string, found: string, expected: string, remedy: string) => void;

export function reporter(file: string, problems: CatalogProblem[]): Report {
  return (field, found, expected, remedy) => problems.push({ file, field, found, expected, remedy });
}

/** Where a service is declared: in a file of its own that is named after it, or in the `module` that this run takes its services from. */
export function fileOf(raw: unknown, index: number, module: string | undefined): string {
  const name = isFields(raw) && typeof raw.name === "string" && raw.name !== "" ? raw.name : undefined;
  if (module !== undefined) return `${module} (${name ?? `entry ${index + 1}`})`;
  return name === undefined ? `catalog/services/index.ts (entry ${index + 1})` : `catalog/services/${name}.ts`;
}
