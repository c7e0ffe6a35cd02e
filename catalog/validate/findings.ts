import { type EnvironmentName, environmentNames } from "../environments.ts";
import { isFields } from "../merge.ts";
import { allOf, type CatalogProblem } from "../problems.ts";
import type { Candidate, Report } from "./candidate.ts";

interface Where {
  environment: EnvironmentName;
  family: string;
}

/** Collects problems that were found in each environment anew, and says each once, where its cause stands. */
export class Findings {
  readonly #candidates: ReadonlyMap<string, Candidate>;
  readonly #found = new Map<string, { problem: CatalogProblem; environments: Set<EnvironmentName> }>();

  constructor(candidates: ReadonlyMap<string, Candidate>) {
    this.#candidates = candidates;
  }

  report(service: string, where: Where): Report {
    const candidate = this.#candidates.get(service);
    return (field, found, expected, remedy) => {
      const prefix = candidate === undefined ? undefined : overrideWith(candidate.raw, field, where);
      const problem = {
        file: candidate?.file ?? "catalog/services",
        field: prefix === undefined ? field : `${prefix}.${field}`,
        found,
        expected,
        remedy,
      };
      const key = JSON.stringify(problem);
      const known = this.#found.get(key) ?? { problem, environments: new Set() };
      this.#found.set(key, known);
      known.environments.add(where.environment);
    };
  }

  problems(): CatalogProblem[] {
    return [...this.#found.values()].map(({ problem, environments }) =>
      environments.size === environmentNames.length || problem.field.startsWith("environments.")
        ? problem
        : { ...problem, found: `${problem.found} (in ${allOf([...environments])})` },
    );
  }
}

/** Path of the override that sets the field, if one does; the family's comes last in merging and so first here. */
function overrideWith(raw: Candidate["raw"], field: string, { environment, family }: Where): string | undefined {
  return [`families.${family}`, `environments.${environment}`].find((path) => has(raw, `${path}.${field}`.split(".")));
}

function has(value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return true;
  if (Array.isArray(value)) return has(value[Number(step)], rest) && value[Number(step)] !== undefined;
  return isFields(value) && Object.hasOwn(value, step) && has(value[step], rest);
}
