import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../../components/input-problems.ts";
import { Tenant } from "../../components/tenant.ts";
import { familyOutputs } from "../shared/family-outputs.ts";
import { openFamily } from "../shared/open-family.ts";
import type { Providers } from "../shared/providers.ts";
import type { TenantConfig } from "./config.ts";

/** Makes a tenant as it is recorded: `chittyops tenant` hands its record over in the configuration. */
export async function dossierTenant(
  stack: string,
  config: TenantConfig,
  providers: Providers,
): Promise<Record<string, unknown>> {
  const { tenant: record, release } = config;
  const environment = stack.slice(0, Math.max(0, stack.length - record.id.length - 1));
  if (`${environment}-${record.id}` !== stack) {
    const remedy = "bring it up with chittyops tenant or chittyops fleet";
    refuse([{ propertyPath: "chittyops:tenant.id", found: record.id, expected: `the tenant of ${stack}`, remedy }]);
  }
  const { place, opts } = await openFamily(environment, "digital-dossier", config, providers);
  const args = {
    tenant: record.id,
    app: record.id,
    environment,
    family: "digital-dossier" as const,
    dataClass: record.dataClass,
    record,
  };
  const zoneId = record.zoneId ?? place.zoneId;
  const made = new Tenant(record.id, args, { ...place, zoneId }, opts);
  const { projectId, owner, documents, logs, store } = made;
  const { accountId } = place;
  return {
    ...familyOutputs([made]),
    tenant: pulumi.secret({ projectId, ownerUri: owner.uri, accountId, documents, logs, store }),
    // A stack whose app is not healthy is not what it was to become.
    release: made.child.healthy.apply(() => release),
  };
}
