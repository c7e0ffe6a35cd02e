import * as pulumi from "@pulumi/pulumi";
import { environments, type FamilyName, isEnvironmentName } from "../../catalog/index.ts";
import { coreOutputs } from "../../components/core-outputs.ts";
import { type FamilyPlace, findFamilyBundles } from "../../components/family-place.ts";
import { refuse } from "../../components/input-problems.ts";
import type { FamilyConfig } from "./family-config.ts";
import type { Providers } from "./providers.ts";

/** What the program of a family, or of one of its tenants, begins with. */
export interface Family {
  place: FamilyPlace;
  /** For everything the stack makes: there are no default providers. */
  opts: { providers: pulumi.ProviderResource[] };
  /** Whether an app expired and was removed (`chittyops apps reap`). One that was renewed in the catalog since is an app again. */
  isReaped(app: { id: string; expiresAt?: string | undefined }): boolean;
}

/**
 * Reads core's contract and the bundles.
 *
 * @throws CoreOutputsError, pulumi.InputPropertiesError with everything that is wrong with what the program was given.
 */
export async function openFamily(
  environment: string,
  family: FamilyName,
  { accountId, zoneId, edgeUrl, offline, reaped }: FamilyConfig,
  providers: Partial<Providers>,
): Promise<Family> {
  if (!isEnvironmentName(environment)) {
    const expected = Object.keys(environments).join(", ");
    refuse([{ propertyPath: "stack", found: environment, expected, remedy: "name the stack after an environment" }]);
    throw new Error("refused above");
  }
  const { bundles, problems } = await findFamilyBundles();
  refuse(problems);
  const core = await coreOutputs(environment, family);
  if (offline) {
    await pulumi.log.warn("This preview is offline: ids, core's contract and provided secrets are marked dummies.");
  }
  const place = { environment: environments[environment], family, accountId, zoneId, edgeUrl, core, bundles };
  return {
    place,
    opts: { providers: Object.values(providers) },
    isReaped: ({ id, expiresAt }) => expiresAt !== undefined && reaped[id] === expiresAt,
  };
}
