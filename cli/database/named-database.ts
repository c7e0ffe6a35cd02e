import type { ResolvedEstate, ResolvedService } from "../../catalog/index.ts";
import { exitCode } from "../exit-code.ts";
import { UserError } from "../user-error.ts";

/** A database of the catalog, and the service that has it. */
export interface NamedDatabase {
  /** `<instance>/<name>`, e.g. `chittyfinance/finance`: unique in an environment, and the name of its outputs and backups. */
  key: string;
  service: ResolvedService;
  spec: ResolvedService["databases"][number];
}

export function databasesOf({ services }: ResolvedEstate): NamedDatabase[] {
  return services.flatMap((service) =>
    service.databases.map((spec) => ({ key: `${service.instance}/${spec.name}`, service, spec })),
  );
}

/**
 * The one database a person means by `chittyfinance/finance`, `finance` or `chittyfinance`.
 * @throws UserError (usage) that lists what there is
 */
export function findDatabase<Database extends NamedDatabase>(all: readonly Database[], name: string): Database {
  const exact = all.find(({ key }) => key === name);
  if (exact) return exact;
  const meant = all.filter(({ service, spec }) => [spec.name, service.name, service.instance].includes(name));
  const [first, ...others] = meant;
  if (first && others.length === 0) return first;
  const listed = (some: readonly NamedDatabase[]) => some.map(({ key }) => key).join(", ");
  throw new UserError(
    first ? `${JSON.stringify(name)} names several databases.` : `There is no database ${JSON.stringify(name)}.`,
    {
      expected: `one of ${listed(first ? meant : all) || "none: the catalog has no database"}`,
      exitCode: exitCode.usage,
    },
  );
}

/** All of them, or the one that is named. */
export function chooseDatabases<Database extends NamedDatabase>(
  all: readonly Database[],
  name: string | undefined,
): readonly Database[] {
  return name === undefined ? all : [findDatabase(all, name)];
}
