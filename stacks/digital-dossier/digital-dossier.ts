import type { FamilyConfig } from "../shared/family-config.ts";
import { familyOutputs } from "../shared/family-outputs.ts";
import { familyZone } from "../shared/family-zone.ts";
import { openFamily } from "../shared/open-family.ts";
import type { Providers } from "../shared/providers.ts";

/** Makes the zone that the tenants' hosts are in. Each tenant is a stack of its own. */
export async function digitalDossier(
  environment: string,
  config: FamilyConfig,
  providers: Providers<"cloudflare">,
): Promise<Record<string, unknown>> {
  const { place, opts } = await openFamily(environment, "digital-dossier", config, providers);
  const zone = familyZone(place, config, opts);
  return { ...familyOutputs([]), accessAudience: zone.accessAudience };
}
