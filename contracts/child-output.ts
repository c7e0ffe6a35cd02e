import { z } from "zod";

/** What a family's stack, or a tenant's, exports of each app under `children`, by the app's id. None of it is secret. */
export const childOutput = z.object({
  title: z.string(),
  family: z.string(),
  /** Without a slash at the end. */
  url: z.url(),
  healthUrl: z.url(),
  /** `reaped`: it expired and is served no more; what has to be kept of it is kept. */
  state: z.enum(["active", "suspended", "reaped"]),
  dataClass: z.string(),
  owner: z.string(),
  labels: z.record(z.string(), z.string()),
  /** Name of its script at the cloud, and the beginning of its code's sha256. */
  scriptName: z.string(),
  version: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
});
export type ChildOutput = z.infer<typeof childOutput>;
