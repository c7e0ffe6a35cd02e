import { isSensitive } from "./data-classes.ts";
import { backupDefaults, databaseDefaults, databaseDefaultsOf } from "./database-defaults.ts";
import { environments } from "./environments.ts";
import { physicalName } from "./physical-name.ts";
import { migrationsKind } from "./repository-folder.ts";
import type { ResolvedDatabase } from "./resolved.ts";
import type { DatabaseSpec } from "./schema/database.ts";
import type { Merged, Surroundings } from "./surroundings.ts";

const unitSeconds: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 };

/** Seconds of a duration such as `5m`. */
export const seconds = (duration: string): number =>
  Number.parseInt(duration, 10) * (unitSeconds[duration.slice(-1)] ?? 1);

/** With every default of the environment and the data class. */
export function completeDatabase(
  database: DatabaseSpec,
  { spec, instance }: Merged,
  around: Surroundings,
): ResolvedDatabase {
  const { environment } = around;
  const defaults = databaseDefaultsOf[environment];
  const limit = (field: keyof typeof defaults.quota, unit: number) => {
    const amount = database.quota?.[field] ?? defaults.quota[field];
    return amount === "unlimited" ? 0 : Math.round(amount * unit);
  };
  const identifier = database.name.replaceAll("-", "_");
  const { migrations } = database;
  return {
    name: database.name,
    physicalName: physicalName(instance, database.name, environment),
    migrations: migrations === undefined ? undefined : { folder: migrations, kind: migrationsKind(migrations) },
    seeds: database.seeds,
    extensions: database.extensions ?? databaseDefaults.extensions,
    region: database.region ?? databaseDefaults.region,
    postgresVersion: database.postgresVersion ?? databaseDefaults.postgresVersion,
    endpoint: completeEndpoint(database, around),
    quota: {
      computeSeconds: limit("computeHours", 3_600),
      storageBytes: limit("storageGb", 1e9),
      writtenBytes: limit("writtenGb", 1e9),
      transferBytes: limit("transferGb", 1e9),
    },
    retentionSeconds: seconds(database.retention ?? defaults.retention),
    allowedIps: database.allowedIps ?? [],
    backup: completeBackup(database.backup, defaults.backup[isSensitive(spec.dataClass) ? "sensitive" : "other"]),
    roles: {
      owner: database.roles?.owner ?? `${identifier}_owner`,
      runtime: database.roles?.runtime ?? `${identifier}_app`,
    },
    protected: database.protected ?? environments[environment].protectsData,
  };
}

/** The sizes with the environment's defaults; one that is given moves the default of the other, so that they stay a range. */
export function completeEndpoint(
  { endpoint = {} }: DatabaseSpec,
  { environment }: Surroundings,
): ResolvedDatabase["endpoint"] {
  const usual = databaseDefaultsOf[environment].endpoint;
  const minCu = endpoint.minCu ?? Math.min(usual.minCu, endpoint.maxCu ?? usual.minCu);
  const maxCu = endpoint.maxCu ?? Math.max(usual.maxCu, minCu);
  const suspendAfter = endpoint.suspendAfter ?? usual.suspendAfter;
  return { minCu, maxCu, suspendSeconds: suspendAfter === "never" ? -1 : seconds(suspendAfter) };
}

function completeBackup(
  backup: DatabaseSpec["backup"],
  usual: typeof backupDefaults | undefined,
): ResolvedDatabase["backup"] {
  if (backup === "none" || (backup === undefined && usual === undefined)) return undefined;
  const { every, keep, destination, snapshots } = backup ?? {};
  const otherwise = usual ?? backupDefaults;
  return {
    everySeconds: seconds(every ?? otherwise.every),
    keepSeconds: seconds(keep ?? otherwise.keep),
    destination: destination ?? otherwise.destination,
    snapshots: snapshots && { frequency: snapshots.frequency, keepSeconds: seconds(snapshots.keep) },
  };
}
