import type { EnvironmentName } from "./environments.ts";
import type { DatabaseSpec } from "./schema/database.ts";

type Whole<Field extends "endpoint" | "quota"> = {
  [Key in keyof NonNullable<DatabaseSpec[Field]>]-?: NonNullable<NonNullable<DatabaseSpec[Field]>[Key]>;
};

/** What the databases of an environment get that do not say otherwise. */
export interface DatabaseDefaults {
  endpoint: Whole<"endpoint">;
  quota: Whole<"quota">;
  retention: string;
  /** Of a service with sensitive data, and of the others; absent: none. */
  backup: { sensitive?: BackupDefaults; other?: BackupDefaults };
}
interface BackupDefaults {
  every: string;
  keep: string;
  destination: "r2";
}

export const databaseDefaults = { extensions: [], region: "aws-us-east-2", postgresVersion: 17 } as const;

/** What a backup gets that says only a part of it. */
export const backupDefaults: BackupDefaults = { every: "1d", keep: "30d", destination: "r2" };

const unlimited = {
  computeHours: "unlimited",
  storageGb: "unlimited",
  writtenGb: "unlimited",
  transferGb: "unlimited",
} as const;

/** Stated here and in `docs/catalog.md`, so that a retention or a quota is somebody's decision and not the cloud's. */
export const databaseDefaultsOf: Readonly<Record<EnvironmentName, DatabaseDefaults>> = {
  local: {
    endpoint: { minCu: 0.25, maxCu: 0.5, suspendAfter: "5m" },
    quota: unlimited,
    retention: "6h",
    // Nothing in it is real.
    backup: {},
  },
  dev: {
    endpoint: { minCu: 0.25, maxCu: 1, suspendAfter: "5m" },
    quota: { computeHours: 100, storageGb: 10, writtenGb: 50, transferGb: 50 },
    retention: "1d",
    backup: { sensitive: { ...backupDefaults, keep: "7d" } },
  },
  prod: {
    endpoint: { minCu: 0.5, maxCu: 4, suspendAfter: "1h" },
    // A quota that is reached stops the service: in prod that is decided database by database.
    quota: unlimited,
    retention: "7d",
    backup: { sensitive: backupDefaults, other: backupDefaults },
  },
};
