import { type EnvironmentName, environments } from "./environments.ts";
import { type FamilyName, families, type Place } from "./families.ts";
import { mergeService } from "./merge.ts";
import { physicalName } from "./physical-name.ts";
import { type ServiceSpec, service as serviceSchema } from "./schema/service.ts";

/** A service with its overrides merged, as one family runs it. */
export interface Merged {
  spec: ServiceSpec;
  family: FamilyName;
  /** What its names at the cloud begin with. */
  instance: string;
}

/** What surrounds a service of one family in one environment. */
export interface Surroundings {
  environment: EnvironmentName;
  family: FamilyName;
  place: Place;
  /** The instances that this family runs, by name of the service. */
  own: ReadonlyMap<string, Merged>;
  /** The instance that a service of this family means by a name: its own family's, else the one of the service's home. */
  find: (name: string) => Merged | undefined;
  /** What the names of that instance at the cloud begin with. */
  instance: (name: string) => string;
  /** Name of the script that a service of this family means by a name. */
  scriptName: (name: string) => string;
}

function merge(spec: ServiceSpec, environment: EnvironmentName, family: FamilyName): Merged {
  const merged = serviceSchema.parse(mergeService({ ...spec }, environment, family)) as ServiceSpec;
  return { spec: merged, family, instance: family === spec.family ? spec.name : `${spec.name}-${family}` };
}

/** Merges the overrides of every service that `family` runs in `environment`. Each service has to fit the schema. */
export function surroundings(
  services: readonly ServiceSpec[],
  environment: EnvironmentName,
  family: FamilyName,
): Surroundings {
  const runsHere = (spec: ServiceSpec) => spec.family === family || spec.families?.[family] !== undefined;
  const own = new Map(services.filter(runsHere).map((spec) => [spec.name, merge(spec, environment, family)]));
  const find = (name: string) => {
    const mine = own.get(name);
    if (mine) return mine;
    const spec = services.find((service) => service.name === name);
    return spec && merge(spec, environment, spec.family);
  };
  // A service that does not exist is taken by its name; `validateCatalog` reports it.
  const instance = (name: string) => find(name)?.instance ?? name;
  return {
    environment,
    family,
    place: families[family].places[environment],
    own,
    find,
    instance,
    scriptName: (name) => physicalName(instance(name), undefined, environment),
  };
}

/** Whether the stack of `family` owns the settings of its zone in `environment`. */
export function ownsZone(environment: EnvironmentName, family: FamilyName): boolean {
  return environments[environment].ownsZones && families[family].zoneOwner === family;
}
