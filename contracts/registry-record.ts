import { z } from "zod";

/** What a service needs to work. */
export const dependency = z.object({
  /** `database`: of Neon or D1. */
  kind: z.enum(["service", "database"]),
  /** Of a service its name; of a database `<owner>/<name>`. */
  name: z.string().min(1).max(200),
});
export type Dependency = z.infer<typeof dependency>;

/** Where a record is in the registry's KV store: this with the service's name. */
export const recordPrefix = "service:";

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
  /** Name of its Worker's script in the account; absent for what is no Worker. */
  script: z.string().min(1).optional(),
  /** The sha256 of its code; `shell` while it has none of its own here, `external` where it is deployed by somebody else. */
  version: z.string().min(1),
  /** Absolute addresses, the health check last; none for a package that runs nowhere. */
  endpoints: z.array(z.url()),
  health_check: z.object({ url: z.url(), expect: z.string().min(1) }).optional(),
  /** Where it speaks the Model Context Protocol. */
  mcp_url: z.url().optional(),
  /** From its bindings, sorted; records that were written before there was such a list have none. */
  dependencies: z.array(dependency).default([]),
  status: z.literal("active"),
});
export type RegistryRecord = z.output<typeof registryRecord>;
