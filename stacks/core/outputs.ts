import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type FamilyName, familyNames } from "../../catalog/index.ts";
import type { EdgeZone } from "../../components/edge-zone.ts";
import { publicUrl } from "../../components/public-url.ts";
import type { Surroundings } from "../../components/surroundings.ts";
import { type CoreOutputs, coreOutputsVersion } from "../../contracts/core-outputs.ts";
import type { DatabaseOutput } from "../../contracts/database-output.ts";
import type { CoreConfig } from "./config.ts";
import { shellToken } from "./secrets.ts";

/** Each field of the contract, known or still to come. */
type CoreContract = { [Field in keyof CoreOutputs]: pulumi.Input<CoreOutputs[Field]> };

/** What the stack exports: the contract of core's own family, and what people and the command line need besides. */
export function outputs(
  around: Surroundings,
  { keyEpoch }: CoreConfig,
  zone: EdgeZone,
  opts: pulumi.CustomResourceOptions,
): Record<string, unknown> {
  const { accountId, zoneId, estate, edgeUrl, secrets } = around;
  const { environment, family, place, services } = estate;
  const keys = enrolmentKeys(keyEpoch, opts);
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
    /** What a caller shows to `GET /api/v1/status` of a service that is still a shell. */
    shellToken: secrets.value(shellToken.key),
  };
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
