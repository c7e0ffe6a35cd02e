import { resolveChildren } from "../../catalog/index.ts";
import type { FamilyConfig } from "../shared/family-config.ts";
import { familyOutputs } from "../shared/family-outputs.ts";
import { familyTail } from "../shared/family-tail.ts";
import { openFamily } from "../shared/open-family.ts";
import type { Providers } from "../shared/providers.ts";
import { courtApp } from "./court-app.ts";
import { courtSystems } from "./court-systems.ts";
import { courtIdentity } from "./identity.ts";

/** Makes the apps of courts and agencies of an environment. */
export async function cookCounty(
  environment: string,
  config: FamilyConfig,
  providers: Providers<"cloudflare" | "command" | "random">,
): Promise<Record<string, unknown>> {
  const { place, opts, isReaped } = await openFamily(environment, "cook-county", config, providers);
  const apps = resolveChildren(place.environment.name, "cook-county");
  if (apps.length === 0) return familyOutputs([]);
  const identity = courtIdentity(place, config.offline, opts);
  const { scriptName: tailConsumer } = familyTail(place, "legal", opts);
  const alertEmail = `operations@${config.operatorEmailDomain}`;
  const systems = courtSystems(apps, place, tailConsumer, opts);
  const made = apps.map((app) => {
    const court = systems.of(app);
    const around = { place, identity, tailConsumer, alertEmail, court, isReaped: isReaped(app) };
    return courtApp(app, around, opts);
  });
  // With it a person can sign a token that the apps take, to try one in `local`.
  return { ...familyOutputs(made), ...(identity.issuerKey && { issuerKey: identity.issuerKey }) };
}
