import { familyOutputs } from "../shared/family-outputs.ts";
import { familyZone } from "../shared/family-zone.ts";
import { openFamily } from "../shared/open-family.ts";

/** Makes the zone that the tenants' hosts are in. Each tenant is a stack of its own. */
export async function digitalDossier(environment: string): Promise<Record<string, unknown>> {
  const { place, config, opts } = await openFamily(environment, "digital-dossier", ["cloudflare"]);
  const zone = familyZone(place, config, opts);
  return { ...familyOutputs([]), accessAudience: zone.accessAudience };
}
