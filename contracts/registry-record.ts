import { z } from "zod";

/**
 * What the registry's KV store holds for a service under its name. Written by the service's component at each deployment;
 * health is observed at runtime and is no part of it. A ChittyID is minted by the id service only, so there is none here.
 */
export const registryRecord = z.object({
  name: z.string().min(1),
  /** `chittycanon://core/services/<name>` */
  uri: z.string().startsWith("chittycanon://"),
  description: z.string().min(1),
  entity_type: z.literal("service"),
  /** Where it runs: `worker`, `railway`, `vercel`, `replit`, `package` or `external`. */
  subtype: z.string().min(1),
  family: z.string().min(1),
  environment: z.string().min(1),
  tier: z.number().int().min(0).max(5),
  owner: z.string().min(1),
  data_class: z.string().min(1),
  /** The sha256 of its code; `shell` while it has none of its own here, `external` where it is deployed by somebody else. */
  version: z.string().min(1),
  /** Absolute addresses, the health check last; none for a package that runs nowhere. */
  endpoints: z.array(z.url()),
  health_check: z.object({ url: z.url(), expect: z.string().min(1) }).optional(),
  status: z.literal("active"),
});
export type RegistryRecord = z.infer<typeof registryRecord>;
