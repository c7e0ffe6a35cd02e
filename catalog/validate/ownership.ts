import { completeService } from "../complete.ts";
import type { EnvironmentName } from "../environments.ts";
import type { FamilyName } from "../families.ts";
import type { Surroundings } from "../surroundings.ts";

/** Something that can have one owner only, and where a service claims it. */
export interface Claim {
  service: string;
  family: FamilyName;
  environment: EnvironmentName;
  field: string;
  /** What it is, for a person: as declared, and as it is called in this environment. */
  declared: string;
  thing: string;
  /** Equal keys are the same thing. */
  key: string;
}

/** Two claims of one thing; the later one is reported. */
export interface Clash {
  first: Claim;
  claim: Claim;
}

/** Every host, route, script and store that the services of a family claim in an environment. */
export function claimsOf(around: Surroundings): Claim[] {
  const { environment, place } = around;
  return [...around.own.values()].flatMap((merged) => {
    const resolved = completeService(merged, around);
    const by = { service: merged.spec.name, family: merged.family, environment };
    const inAccount = (kind: string, name: string) =>
      `${environment === "local" ? "local" : "real"}/${place.account}/${kind}/${name}`;
    const claims: Claim[] = [];
    for (const [index, host] of resolved.hosts.entries()) {
      const declared = `the host ${merged.spec.hosts[index]}`;
      claims.push({ ...by, declared, field: `hosts.${index}`, thing: `the host ${host}`, key: `host/${host}/*` });
    }
    for (const [index, route] of resolved.routes.entries()) {
      const declared = `the route ${merged.spec.routes?.[index]}`;
      claims.push({ ...by, declared, field: `routes.${index}`, thing: `the route ${route}`, key: `host/${route}` });
    }
    if (resolved.worker) {
      const { scriptName } = resolved.worker;
      const declared = `the script ${merged.instance}`;
      claims.push({
        ...by,
        declared,
        field: "name",
        thing: `the script ${scriptName}`,
        key: inAccount("script", scriptName),
      });
    }
    for (const { kind, key, store, physicalName } of resolved.stores) {
      const user = resolved.bindings.find((b) => "target" in b && "store" in b.target && b.target.store === key);
      claims.push({
        ...by,
        declared: `the ${kind} store ${store}`,
        field: user === undefined ? "bindings" : `bindings.${user.name}`,
        thing: `the ${kind} store ${physicalName}`,
        key: inAccount(kind, physicalName),
      });
    }
    return claims;
  });
}

/** Things that are claimed twice. A service that lists its own host with `/*` as a route claims it twice as well. */
export function clashes(claims: readonly Claim[]): Clash[] {
  const first = new Map<string, Claim>();
  return claims.flatMap((claim) => {
    const owner = first.get(claim.key);
    if (!owner) first.set(claim.key, claim);
    return owner ? [{ first: owner, claim }] : [];
  });
}
