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
