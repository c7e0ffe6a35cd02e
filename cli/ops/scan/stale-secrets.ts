import type { ResolvedService } from "../../../catalog/index.ts";
import type { ReportedFinding } from "../../../contracts/ops-security.ts";
import { resourceName, shortType } from "../../engine/urn.ts";
import type { StateResource } from "../../recovery/deployment.ts";

const dayMilliseconds = 24 * 3_600_000;

/** What the catalog says of secrets, and the state of the stack that has them. */
interface Secrets {
  family: string;
  services: readonly Pick<ResolvedService, "name" | "secrets" | "bindings">[];
  resources: readonly StateResource[];
}

/**
 * Secrets that are older than the catalog lets them be. The age of one that was provided is known only where it is kept in a Secrets Store:
 * no date of a Worker's own secrets is told. `unknown`: keys of those.
 * @param now milliseconds
 */
export function staleSecrets(
  { family, services, resources }: Secrets,
  now: number,
): { findings: ReportedFinding[]; unknown: string[] } {
  const findings: ReportedFinding[] = [];
  const unknown = new Set<string>();
  const entries = new Map(
    services.flatMap(({ bindings }) =>
      bindings.flatMap((each) => (each.kind === "secrets-store" ? [[each.secret, each.entry] as const] : [])),
    ),
  );
  const seen = new Set<string>();
  for (const { name: service, secrets } of services) {
    for (const secret of secrets) {
      if (!("rotateEvery" in secret) || secret.rotateEvery === undefined || seen.has(secret.key)) continue;
      seen.add(secret.key);
      const madeAt = madeAtOf(resources, secret.key, entries.get(secret.key));
      if (madeAt === undefined) unknown.add(secret.key);
      else
        findings.push(...staleOf({ service, family, key: secret.key, rotateEvery: secret.rotateEvery, madeAt }, now));
    }
  }
  return { findings, unknown: [...unknown].sort() };
}

/** When the value was made: a new epoch makes a new resource of a generated one, and a new value changes an entry of the store. */
function madeAtOf(resources: readonly StateResource[], key: string, entry: string | undefined): number | undefined {
  const generated = resources.find(
    ({ type, urn }) => shortType(type) === "RandomPassword" && resourceName(urn) === `secrets-${key}`,
  );
  const kept = resources.find(
    ({ type, inputs }) => shortType(type) === "SecretsStoreSecret" && entry !== undefined && inputs?.name === entry,
  );
  const at = Date.parse(generated?.created ?? kept?.modified ?? "");
  return Number.isNaN(at) ? undefined : at;
}

function staleOf(
  {
    service,
    family,
    key,
    rotateEvery,
    madeAt,
  }: { service: string; family: string; key: string; rotateEvery: string; madeAt: number },
  now: number,
): ReportedFinding[] {
  const age = Math.floor((now - madeAt) / dayMilliseconds);
  const allowed = Number.parseInt(rotateEvery, 10);
  if (age < allowed) return [];
  return [
    {
      rule: "stale-secret",
      service,
      family,
      severity: age >= 2 * allowed ? "major" : "minor",
      detail: key.slice(0, 100),
      found: `${key} is ${age} days old; the catalog has it made anew every ${allowed}`,
      remedy:
        "Raise its epoch in the stack's configuration (chittyops:secretEpochs), or provide a new value, and run npx chittyops up.",
    },
  ];
}
