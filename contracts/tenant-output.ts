import { z } from "zod";

/** What a tenant's stack exports besides `children`; secret as a whole. */
export const tenantOutput = z.object({
  /** Neon's id of the project. */
  projectId: z.string().min(1),
  /** As the role that owns the tables, without the pooler. */
  ownerUri: z.string().min(1),
  accountId: z.string().min(1),
  /** Names of the R2 buckets. */
  documents: z.string().min(1),
  logs: z.string().min(1),
  /** Id of the KV namespace. */
  store: z.string().min(1),
});
export type TenantOutput = z.infer<typeof tenantOutput>;

/** What a tenant's stack was made of, so that one that is behind is told from one that is not; exported as `release`. */
export const tenantRelease = z.object({
  /** The beginning of the sha256 of the app's code. */
  version: z.string(),
  /** sha256 of the record, the contract's version, the code and the program. */
  digest: z.string(),
});
export type TenantRelease = z.infer<typeof tenantRelease>;
