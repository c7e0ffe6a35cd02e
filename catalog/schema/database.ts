import { isIP } from "node:net";
import { z } from "zod";
import { duration, kebabName, repositoryFolder, roleName } from "./names.ts";

/** Neon's sizes that scale by themselves, in compute units of about 1 vCPU and 4 GB; larger ones, up to 56, are fixed. */
export const autoscalingUnits: readonly number[] = [0.25, 0.5, ...Array.from({ length: 16 }, (_, index) => index + 1)];
export const fixedUnits: readonly number[] = Array.from({ length: 20 }, (_, index) => 18 + 2 * index);

const amount = z.union([z.number().positive(), z.literal("unlimited")], 'a number above 0, or "unlimited"');

const addressRange = z.string().refine((text) => {
  const [address = "", prefix, ...rest] = text.split("/");
  if (prefix !== undefined) {
    const bits = isIP(address) === 4 ? 32 : 128;
    return isIP(address) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
  }
  const ends = text.split("-");
  return ends.length <= 2 && ends.every((end) => isIP(end) !== 0 && isIP(end) === isIP(ends[0] ?? ""));
}, "an address, a range (a-b) or a block (192.0.2.0/24)");

/** A Postgres database on Neon. Every service has a Neon project of its own in each environment. */
export const database = z.strictObject({
  name: kebabName,
  /** Folder of the migrations, plain SQL or drizzle's, relative to the repository; absent: the service migrates by itself. */
  migrations: repositoryFolder.optional(),
  /** Folder of made-up data for environments that are not protected, relative to the repository. */
  seeds: repositoryFolder.optional(),
  extensions: z.array(z.string().min(1)).optional(),
  /** Neon region. Azure regions ended on 2026-08-27. */
  region: z
    .enum([
      "aws-us-east-1",
      "aws-us-east-2",
      "aws-us-west-2",
      "aws-eu-central-1",
      "aws-eu-west-2",
      "aws-ap-southeast-1",
      "aws-ap-southeast-2",
      "aws-sa-east-1",
    ])
    .optional(),
  /** Major version of Postgres. */
  postgresVersion: z.int().min(14).max(18).optional(),
  /** The compute. What is absent is the environment's default. */
  endpoint: z
    .strictObject({
      /** Compute units, e.g. 0.25. */
      minCu: z.number().positive().optional(),
      maxCu: z.number().positive().optional(),
      /** Time without a connection after which it sleeps, e.g. `5m`. */
      suspendAfter: z.union([duration, z.literal("never")], 'a time such as 5m or 1h, or "never"').optional(),
    })
    .optional(),
  /** Limits of a month. What is absent is the environment's default. When one is reached, Neon stops the compute. */
  quota: z
    .strictObject({
      /** Compute units times hours. */
      computeHours: amount.optional(),
      storageGb: amount.optional(),
      writtenGb: amount.optional(),
      transferGb: amount.optional(),
    })
    .optional(),
  /** How far back the history reaches from which a moment can be restored, e.g. `7d`. */
  retention: duration.optional(),
  /** Who may connect; absent or empty: everybody who knows a password. */
  allowedIps: z.array(addressRange).optional(),
  /** Logical dumps, encrypted, kept apart from Neon. */
  backup: z
    .union(
      [
        z.literal("none"),
        z.strictObject({
          /** e.g. `1d`. */
          every: duration.optional(),
          keep: duration.optional(),
          destination: z.enum(["r2"]).optional(),
          /** Neon's own snapshots beside them; absent: none. */
          snapshots: z
            .strictObject({ frequency: z.enum(["hourly", "daily", "weekly", "monthly"]), keep: duration })
            .optional(),
        }),
      ],
      '{ every: "1d", keep: "30d", destination: "r2", snapshots }, each as far as it shall be another, or "none"',
    )
    .optional(),
  /** Names of the role that owns the tables and migrates, and of the one without DDL that the service runs as. */
  roles: z.strictObject({ owner: roleName.optional(), runtime: roleName.optional() }).optional(),
  /** Whether it is neither deleted, replaced nor seeded. Default: whether the environment protects data. */
  protected: z.boolean().optional(),
});
export type DatabaseSpec = z.infer<typeof database>;
