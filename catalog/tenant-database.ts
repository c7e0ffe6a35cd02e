import { databaseDefaults, databaseDefaultsOf } from "./database-defaults.ts";
import { type EnvironmentName, environments } from "./environments.ts";
import { physicalName } from "./physical-name.ts";
import type { ResolvedDatabase } from "./resolved.ts";
import type { TenantRecord } from "./schema/tenant.ts";

const day = 24 * 3600;

/** The database of a tenant, in a Neon project of its own, with quotas of its own. */
export function tenantDatabase(
  { id, limits, status }: Pick<TenantRecord, "id" | "limits" | "status">,
  environment: EnvironmentName,
): ResolvedDatabase {
  const defaults = databaseDefaultsOf[environment];
  const { minCu, maxCu } = defaults.endpoint;
  return {
    name: "dossier",
    physicalName: physicalName(`chittyos-tenant-${id}`, undefined, environment),
    extensions: databaseDefaults.extensions,
    region: databaseDefaults.region,
    postgresVersion: databaseDefaults.postgresVersion,
    endpoint: { minCu, maxCu, suspendSeconds: 300 },
    quota: {
      computeSeconds: Math.round(limits.computeHours * 3600),
      storageBytes: Math.round(limits.storageGb * 1e9),
      writtenBytes: 0,
      transferBytes: 0,
    },
    retentionSeconds: environments[environment].protectsData ? 7 * day : 6 * 3600,
    allowedIps: [],
    roles: { owner: "dossier_owner", runtime: "dossier_app" },
    protected: environments[environment].protectsData && status !== "deprovisioned",
  };
}
