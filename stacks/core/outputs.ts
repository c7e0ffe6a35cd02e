import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { type FamilyName, physicalName } from "../../catalog/index.ts";
import * as cloudflare from "../../components/cloudflare.ts";
import type { EdgeZone } from "../../components/edge-zone.ts";
import { publicUrl } from "../../components/public-url.ts";
import type { Surroundings } from "../../components/surroundings.ts";
import { type CoreOutputs, coreOutputsVersion } from "../../contracts/core-outputs.ts";
import type { BackupsOutput, DatabaseOutput } from "../../contracts/database-output.ts";
import type { CoreConfig } from "./config.ts";
import type { EnrolmentKeys } from "./enrolment-keys.ts";
import type { CorePlane } from "./ops-plane.ts";
import { backupSeed, shellToken } from "./secrets.ts";

/** Each field of the contract, known or still to come. */
type CoreContract = { [Field in keyof CoreOutputs]: pulumi.Input<CoreOutputs[Field]> };

/** What the stack exports: the contract of core's own family, and what people and the command line need besides. */
export function outputs(
  around: Surroundings,
  { keyEpoch }: CoreConfig,
  { zone, keys, operations }: { zone: EdgeZone; keys: EnrolmentKeys; operations: CorePlane | undefined },
  provider: Record<"cloudflare", pulumi.ProviderResource>,
): Record<string, unknown> {
  const { accountId, zoneId, estate, edgeUrl, secrets } = around;
  const { environment, family, place, services } = estate;
  const shared = {
    environment: environment.name,
    family,
    accountId,
    zone: { id: zoneId, domain: place.domain },
    keyEpoch,
    services: Object.fromEntries(
      services.flatMap((service) => {
        const url = publicUrl(service, edgeUrl);
        return url === undefined ? [] : [[service.name, { url, healthUrl: new URL(service.health.path, url).href }]];
      }),
    ),
  };
  const ops = operations && pulumi.output({ url: operations.plane.url, publicKey: operations.plane.publicKey });
  const core: CoreContract = {
    version: coreOutputsVersion,
    ...shared,
    enrolmentKey: keys.present[family as FamilyName],
    configVersion: pulumi.output(ops).apply((ops) =>
      createHash("sha256")
        .update(JSON.stringify({ ...shared, ops }))
        .digest("hex")
        .slice(0, 16),
    ),
    accessAudience: zone.accessAudience,
    ...(ops && { ops }),
  };
  return {
    core,
    /** Secret; of `local` only: signs operators in. */
    ...(operations?.issuerKey && { operatorKey: operations.issuerKey }),
    /** By family, for the contract stacks. */
    enrolmentKeys: keys.present,
    /** By `<instance>/<name>`, for `chittyops db`. */
    databases: databasesOf(around),
    /** Where their backups go, and what the backups' keys are derived from, for `chittyops db`. */
    backups: backupsOf(around, provider.cloudflare),
    /** What a caller shows to `GET /api/v1/status` of a service that is still a shell. */
    shellToken: secrets.value(shellToken.key),
  };
}

/** The bucket of the backups; like the data that it stands for it is protected where the environment says so. */
function backupsOf(
  { estate, accountId, secrets }: Surroundings,
  provider: pulumi.ProviderResource,
): pulumi.Output<BackupsOutput> {
  const { name: environment, protectsData } = estate.environment;
  const bucket = new cloudflare.R2Bucket(
    "database-backups",
    { accountId, name: physicalName("chittyops", "database-backups", environment) },
    { provider, protect: protectsData },
  );
  return pulumi.secret({ bucket: bucket.name, accountId, seed: secrets.value(backupSeed.key) });
}

/** How the owner of each database reaches it, and what Neon calls it. Secret as a whole. */
function databasesOf({ estate, registry }: Surroundings): pulumi.Output<Record<string, DatabaseOutput>> {
  const outputs = estate.services.flatMap(({ instance, databases }) =>
    databases.map(({ name }) => {
      const key = `${instance}/${name}`;
      return [
        key,
        {
          projectId: registry.database(key, ({ projectId }) => projectId),
          branchId: registry.database(key, ({ branchId }) => branchId),
          ownerUri: registry.database(key, ({ owner }) => owner.uri),
          runtimeUri: registry.database(key, ({ runtime }) => runtime.uri),
          pooledUri: registry.database(key, ({ runtime }) => runtime.pooledUri),
        },
      ] as const;
    }),
  );
  return pulumi.secret(Object.fromEntries(outputs)) as pulumi.Output<Record<string, DatabaseOutput>>;
}
