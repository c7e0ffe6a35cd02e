import * as pulumi from "@pulumi/pulumi";
import { declaredOpsPlane, familyNames, type ResolvedEstate } from "../../catalog/index.ts";
import { builtBundle } from "../../components/artifact.ts";
import type { EdgeZone } from "../../components/edge-zone.ts";
import { type InputProblem, refuse } from "../../components/input-problems.ts";
import { OpsPlane } from "../../components/ops-plane.ts";
import { StandInIssuer } from "../../components/stand-in-issuer.ts";
import type { Surroundings } from "../../components/surroundings.ts";
import type { SyntheticCheckInput } from "../../contracts/ops-health.ts";
import { type OperatorGrant, opsBundle } from "../../contracts/ops-plane.ts";
import type { CoreConfig } from "./config.ts";
import type { EnrolmentKeys } from "./enrolment-keys.ts";

/** Seven years, as the county asks for. */
const auditRetentionDays = 2_557;

export interface CorePlane {
  plane: OpsPlane;
  /** Secret; of `local` only, to sign in with. */
  issuerKey?: pulumi.Output<string>;
}

/** What is wrong with the configuration of the plane. */
export function planeProblems({ environment }: ResolvedEstate, { accessTeam }: CoreConfig): InputProblem[] {
  if (!declaredOpsPlane || environment.cloud === "embedded" || accessTeam !== undefined) return [];
  return [
    {
      propertyPath: "chittyops:accessTeam",
      found: "nothing",
      expected: "the name of the team at Access, whose people operate ChittyOps",
      remedy: "pulumi config set chittyops:accessTeam <name>",
    },
  ];
}

/** The operations plane of an environment, where the estate has a registry whose records it can read. */
export async function opsPlane(
  around: Surroundings,
  { operators, operatorEmailDomain, accessTeam }: CoreConfig,
  { zone, keys }: { zone: EdgeZone; keys: EnrolmentKeys },
  opts: pulumi.ComponentResourceOptions,
): Promise<CorePlane | undefined> {
  const { estate, registry, registryStore } = around;
  if (!declaredOpsPlane || registryStore === undefined) return undefined;
  const bundle = await builtBundle(opsBundle);
  if ("found" in bundle) return refuse([bundle]) as undefined;
  const { environment, place } = estate;
  const labels = {
    tenant: "shared",
    app: "chittyops",
    environment: environment.name,
    dataClass: "personal",
  } as const;
  const embedded = environment.cloud === "embedded";
  const standIn = embedded ? new StandInIssuer("operators", labels, opts) : undefined;
  const issuer = standIn?.issuer ?? `https://${accessTeam}.cloudflareaccess.com`;
  const everybody: OperatorGrant = { email: `@${operatorEmailDomain}`, role: embedded ? "admin" : "viewer" };
  const plane = new OpsPlane(
    "chittyops",
    {
      ...labels,
      hostname: `ops.${place.domain}`,
      families: familyNames,
      grants: [everybody, ...operators],
      synthetics: frontPage(estate),
      auditRetentionDays,
    },
    {
      bundle,
      familyKeys: keys.accepted,
      access: pulumi
        .all([zone.accessAudience, standIn?.publicKeys])
        .apply(([audience, publicKeys]) => ({ issuer, audience, ...(publicKeys && { publicKeys }) })),
      recordsNamespace: registry.store(registryStore).id,
    },
    around,
    opts,
  );
  return { plane, ...(standIn && { issuerKey: standIn.privateKey }) };
}

/** The site at the domain itself, where the estate has what answers there. */
function frontPage({ services, place, environment, family }: ResolvedEstate): SyntheticCheckInput[] {
  const answered = services.some(({ hosts }) => hosts.includes(place.domain));
  const scheme = environment.cloud === "embedded" ? "http" : "https";
  return answered ? [{ name: "front-page", url: `${scheme}://${place.domain}/`, family }] : [];
}
