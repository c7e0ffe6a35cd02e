import { completeService, needsOf } from "./complete.ts";
import { services as declared } from "./declared-services.ts";
import { deploymentOrder } from "./deployment-order.ts";
import { environmentNames, environments } from "./environments.ts";
import { families, familyNames, isEnvironmentName, isFamilyName } from "./families.ts";
import { CatalogError, type CatalogProblem, oneOf } from "./problems.ts";
import type { ResolvedEstate } from "./resolved.ts";
import type { ServiceSpec } from "./schema/service.ts";
import { ownsZone, surroundings } from "./surroundings.ts";
import { validateCatalog } from "./validate/validate-catalog.ts";

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

/**
 * What a family runs in an environment: defaults < service < the service's override for the environment < its override for the
 * family, as complete specifications in a deterministic order, frozen.
 *
 * @throws CatalogError with every problem, where the catalog has any or a name is unknown.
 */
export function resolve(
  environment: string,
  family: string,
  services: readonly ServiceSpec[] = declared,
): ResolvedEstate {
  const problems: CatalogProblem[] = [];
  if (!isEnvironmentName(environment)) {
    problems.push({
      file: "catalog/environments.ts",
      field: "environment",
      found: JSON.stringify(environment),
      expected: oneOf(environmentNames),
      remedy: "Name one of them.",
    });
  }
  if (!isFamilyName(family)) {
    problems.push({
      file: "catalog/families.ts",
      field: "family",
      found: JSON.stringify(family),
      expected: oneOf(familyNames),
      remedy: "Name one of them.",
    });
  }
  problems.push(...validateCatalog(services));
  if (problems.length > 0 || !isEnvironmentName(environment) || !isFamilyName(family)) throw new CatalogError(problems);

  const around = surroundings(services, environment, family);
  const resolved = new Map(
    [...around.own.values()].map((merged) => [merged.spec.name, completeService(merged, around)]),
  );
  const { order, shellFirst, cycles } = deploymentOrder(
    [...around.own.values()].map(({ spec }) => ({ name: spec.name, needs: needsOf(spec, environment) })),
  );
  const inOrder = order.flatMap((name) => resolved.get(name) ?? []);
  const externalScripts = new Set(
    inOrder.flatMap(({ bindings }) =>
      bindings.flatMap((b) => (b.kind === "service" && b.external ? [b.scriptName] : [])),
    ),
  );
  // A copy, since what is frozen here must not freeze the declarations.
  return freeze(
    structuredClone({
      environment: environments[environment],
      family,
      place: families[family].places[environment],
      ownsZone: ownsZone(environment, family),
      services: inOrder,
      shellFirst,
      cycles,
      externalScripts: [...externalScripts].sort(),
    }),
  );
}
