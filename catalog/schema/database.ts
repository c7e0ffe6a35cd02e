import { z } from "zod";
import { kebabName } from "./names.ts";

/** A Postgres database on Neon. Every service has a Neon project of its own in each environment. */
export const database = z.strictObject({
  name: kebabName,
  /** Folder of the migrations, relative to the repository; absent: the service migrates by itself. */
  migrations: z.string().min(1).optional(),
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
});
export type DatabaseSpec = z.infer<typeof database>;
