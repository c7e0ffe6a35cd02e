import { z } from "zod";

/** What core's stack publishes of a database under `databases`, by `<instance>/<name>`; secret as a whole. */
export const databaseOutput = z.object({
  /** Neon's id of the project. */
  projectId: z.string().min(1),
  /** Neon's id of the default branch, `br-…`. */
  branchId: z.string().min(1),
  /** As the role that owns the tables, without the pooler. */
  ownerUri: z.string().min(1),
  /** As the role that the service runs as, without the pooler. */
  runtimeUri: z.string().min(1),
  /** The same through the pooler. */
  pooledUri: z.string().min(1),
});
export type DatabaseOutput = z.infer<typeof databaseOutput>;

/** What core's stack publishes under `backups`; secret as a whole. */
export const backupsOutput = z.object({
  /** The R2 bucket of the backups, and the account it is in. */
  bucket: z.string().min(1),
  accountId: z.string().min(1),
  /** The keys of the backups are derived from it. */
  seed: z.string().min(32),
});
export type BackupsOutput = z.infer<typeof backupsOutput>;
