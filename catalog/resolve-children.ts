import { declaredChildren } from "./declared-services.ts";
import type { EnvironmentName } from "./environments.ts";
import { families } from "./families.ts";
import { CatalogError } from "./problems.ts";
import { type ChildOf, type ChildSpec, child } from "./schema/child.ts";
import { validateChildren } from "./validate/children.ts";

/** An app with its host filled in. */
export type ResolvedChild<Family extends ChildSpec["family"]> = ChildOf<Family> & {
  /** e.g. `habits.mychitty.com` */
  hostname: string;
};

/**
 * The apps that a family runs in an environment, sorted by id.
 *
 * @throws CatalogError with every problem of every app, whether it runs there or not.
 */
export function resolveChildren<Family extends ChildSpec["family"]>(
  environment: EnvironmentName,
  family: Family,
  specs: readonly ChildSpec[] = declaredChildren,
): ResolvedChild<Family>[] {
  const problems = validateChildren(specs);
  if (problems.length > 0) throw new CatalogError(problems);
  const { domain } = families[family].places[environment];
  return specs
    .map((spec) => child.parse(spec))
    .filter(
      (parsed): parsed is ChildOf<Family> => parsed.family === family && parsed.environments.includes(environment),
    )
    .map((parsed) => ({ ...parsed, hostname: parsed.host.replace("{domain}", domain) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
