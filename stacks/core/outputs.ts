import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type FamilyName, familyNames, physicalName } from "../../catalog/index.ts";
import * as cloudflare from "../../components/cloudflare.ts";
import type { EdgeZone } from "../../components/edge-zone.ts";
import { publicUrl } from "../../components/public-url.ts";
import type { Surroundings } from "../../components/surroundings.ts";
import { type CoreOutputs, coreOutputsVersion } from "../../contracts/core-outputs.ts";
import type { BackupsOutput, DatabaseOutput } from "../../contracts/database-output.ts";
import type { CoreConfig } from "./config.ts";
import type { providers } from "./providers.ts";
import { backupSeed, shellToken } from "./secrets.ts";

/** Each field of the contract, known or still to come. */
type CoreContract = { [Field in keyof CoreOutputs]: pulumi.Input<CoreOutputs[Field]> };

/** What the stack exports: the contract of core's own family, and what people and the command line need besides. */
export function outputs(
  around: Surroundings,
  { keyEpoch }: CoreConfig,
  zone: EdgeZone,
  provider: Pick<ReturnType<typeof providers>, "cloudflare" | "random">,
): Record<string, unknown> {
  const { accountId, zoneId, estate, edgeUrl, secrets } = around;
  const { environment, family, place, services } = estate;
  const keys = enrolmentKeys(keyEpoch, { provider: provider.random });
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
  const core: CoreContract = {
    version: coreOutputsVersion,
    ...shared,
    enrolmentKey: keys[family as FamilyName],
    configVersion: createHash("sha256").update(JSON.stringify(shared)).digest("hex").slice(0, 16),
    accessAudience: zone.accessAudience,
  };
  return {
    core,
    /** By family, for the contract stacks. */
    enrolmentKeys: keys,
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

/** The key that each family's children enrol with. */
function enrolmentKeys(epoch: number, opts: pulumi.CustomResourceOptions): Record<FamilyName, pulumi.Output<string>> {
  const key = (family: FamilyName) =>
    pulumi.secret(
      new random.RandomPassword(
        `enrolment-key-${family}`,
        { length: 64, special: false, keepers: { epoch: String(epoch) } },
        opts,
      ).result,
    );
  return Object.fromEntries(familyNames.map((family) => [family, key(family)])) as Record<
    FamilyName,
    pulumi.Output<string>
  >;
}
