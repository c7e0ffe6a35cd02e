import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { environments, type FamilyName, isEnvironmentName } from "../../catalog/index.ts";
import { coreOutputs } from "../../components/core-outputs.ts";
import { type FamilyPlace, findFamilyBundles } from "../../components/family-place.ts";
import { refuse } from "../../components/input-problems.ts";
import { type Providers, providers } from "./providers.ts";
import { type PlaceConfig, placeFields, readConfig } from "./read-config.ts";

/** The apps that were reaped by id, each with the `expiresAt` that had passed. */
const reapedApps = z.record(z.string(), z.string()).default({});

/** What the program of a family, or of one of its tenants, begins with. */
export interface Family {
  place: FamilyPlace;
  config: PlaceConfig;
  /** For everything the stack makes: there are no default providers. */
  opts: { providers: pulumi.ProviderResource[] };
  /** Whether an app expired and was removed (`chittyops apps reap`). One that was renewed in the catalog since is an app again. */
  isReaped(app: { id: string; expiresAt?: string | undefined }): boolean;
}

/**
 * Reads the configuration, core's contract and the bundles.
 *
 * @param kinds providers that the stack uses; a plugin is started for each
 * @throws CoreOutputsError, pulumi.InputPropertiesError with everything that is wrong with what the program was given.
 */
export async function openFamily(
  environment: string,
  family: FamilyName,
  kinds: readonly (keyof Providers)[],
): Promise<Family> {
  if (!isEnvironmentName(environment)) {
    const expected = Object.keys(environments).join(", ");
    refuse([{ propertyPath: "stack", found: environment, expected, remedy: "name the stack after an environment" }]);
    throw new Error("refused above");
  }
  const { reaped, ...config } = readConfig(placeFields, { reaped: reapedApps });
  const { bundles, problems } = await findFamilyBundles();
  refuse(problems);
  const core = await coreOutputs(environment, family);
  if (config.offline) {
    await pulumi.log.warn("This preview is offline: ids, core's contract and provided secrets are marked dummies.");
  }
  const { accountId, zoneId, edgeUrl } = config;
  const place = { environment: environments[environment], family, accountId, zoneId, edgeUrl, core, bundles };
  const made = providers(config);
  return {
    place,
    config,
    opts: { providers: kinds.map((kind) => made[kind]()) },
    isReaped: ({ id, expiresAt }) => expiresAt !== undefined && reaped[id] === expiresAt,
  };
}
