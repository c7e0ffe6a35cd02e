import type { DatabaseSpec } from "../schema/database.ts";

/** A database that leaves nothing to a default, without a mistake. */
export const wholeDatabase: Required<DatabaseSpec> = {
  name: "books",
  migrations: "catalog/services",
  seeds: "catalog/schema",
  extensions: ["citext"],
  region: "aws-eu-central-1",
  postgresVersion: 18,
  endpoint: { minCu: 0.25, maxCu: 8, suspendAfter: "10m" },
  quota: { computeHours: 200, storageGb: 5, writtenGb: 20, transferGb: "unlimited" },
  retention: "14d",
  allowedIps: ["192.0.2.7", "192.0.2.10-192.0.2.20", "2001:db8::/32"],
  backup: { every: "6h", keep: "90d", destination: "r2", snapshots: { frequency: "daily", keep: "7d" } },
  roles: { owner: "ledger_owner", runtime: "ledger_app" },
  protected: true,
};
