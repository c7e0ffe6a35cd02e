import { z } from "zod";
import { certificateReport, checkReport, healthDay, healthState, objectiveReport } from "./ops-health.ts";
import { dependency } from "./registry-record.ts";

/** An opaque string that the id service mints; never made anywhere else. */
const chittyId = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, "a ChittyID, as the id service minted it");
const serviceName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,62}$/, "lower-case letters, digits and hyphens, a letter first, at most 63 characters");
const address = z.url().max(500);

/** Where a service shows that an endpoint is its own: this path with the token. */
export const challengePath = "/.well-known/chitty-register-challenge/";

/** `name` wants to be registered, at `endpoint`. */
export const challengeRequest = z.strictObject({ name: serviceName, endpoint: address });

export const challenge = z.object({
  token: z.string(),
  /** What has to be answered, as text and nothing else, at `url`. */
  proof: z.string(),
  url: z.url(),
  expiresAt: z.iso.datetime(),
});
export type Challenge = z.infer<typeof challenge>;

/** In the words of ChittyOS's Discovery, with the token of a challenge that `endpoint` answers. */
export const registration = z.strictObject({
  challenge: z.string().min(1).max(200),
  service_name: serviceName,
  service_type: z.string().min(1).max(40),
  chitty_id: chittyId.optional(),
  parent_chitty_id: chittyId.optional(),
  endpoint: address,
  version: z.string().min(1).max(100),
  /** Absent: it is watched by its heartbeats only. Of the endpoint's own host. */
  health_check_url: address.optional(),
  metadata: z.strictObject({
    description: z.string().min(1).max(500),
    family: z.string().min(1).max(40),
    owner: z.string().min(1).max(100),
    tier: z.int().min(0).max(5),
    /** `status` that its health check answers, by default `ok`. */
    health_status: z.string().min(1).max(40).default("ok"),
    /** Where it speaks the Model Context Protocol. */
    mcp_url: address.optional(),
    tools: z
      .array(z.strictObject({ name: z.string().min(1).max(100), description: z.string().min(1).max(500) }))
      .max(100)
      .default([]),
    dependencies: z.array(dependency).max(100).default([]),
  }),
});
export type Registration = z.output<typeof registration>;

export const registered = z.object({
  id: z.string(),
  /** `Authorization: Bearer` of its heartbeats. Told this once. */
  token: z.string(),
  heartbeat: z.object({
    url: z.url(),
    /** Seconds: how often it has to be heard, and after how long a silence its registration goes. */
    interval: z.int(),
    expiresAfter: z.int(),
  }),
});
export type Registered = z.infer<typeof registered>;

export const heartbeat = z.strictObject({
  version: z.string().min(1).max(100).optional(),
  /** When the certificate that it serves runs out. */
  certificate_expires_at: z.iso.datetime().optional(),
});
export type Heartbeat = z.output<typeof heartbeat>;

/** A service as the registry lists it. */
const registryEntry = z.object({
  /** Of the registration; of a service of the catalog its name. */
  id: z.string(),
  name: z.string(),
  source: z.enum(["catalog", "registered"]),
  chitty_id: z.string().optional(),
  parent_chitty_id: z.string().optional(),
  uri: z.string(),
  entity_type: z.literal("service"),
  subtype: z.string(),
  description: z.string(),
  family: z.string(),
  tier: z.int(),
  owner: z.string(),
  version: z.string(),
  endpoints: z.array(z.string()),
  health: healthState,
  last_health_check: z.iso.datetime().optional(),
  /** Milliseconds. */
  latency: z.number().optional(),
  maintenance: z.boolean(),
  status: z.literal("active"),
});
export type RegistryEntry = z.infer<typeof registryEntry>;

export const registryPage = z.object({
  services: z.array(registryEntry),
  /** To be given as `after` for the next page. */
  next: z.string().optional(),
});
export type RegistryPage = z.infer<typeof registryPage>;

export const registryDetail = registryEntry.extend({
  checks: z.array(checkReport),
  certificate: certificateReport,
  /** Time up within the last thirty days against what is promised. */
  objective: objectiveReport,
  /** Ninety days, oldest first; a day without a row was not watched. */
  history: z.array(healthDay),
  dependencies: z.array(dependency.extend({ health: healthState.optional() })),
  /** Services that need this one. */
  dependants: z.array(z.string()),
  tools: z.array(z.object({ name: z.string(), description: z.string() })),
});
export type RegistryDetail = z.infer<typeof registryDetail>;

export const toolPage = z.object({
  tools: z.array(z.object({ name: z.string(), description: z.string(), service: z.string() })),
  next: z.string().optional(),
});

export const registryStats = z.object({
  services: z.int(),
  byFamily: z.record(z.string(), z.int()),
  byHealth: z.partialRecord(healthState, z.int()),
  byTier: z.record(z.string(), z.int()),
  bySource: z.record(z.string(), z.int()),
  dependencies: z.int(),
});
export type RegistryStats = z.infer<typeof registryStats>;

export const registryCategories = z.object({
  categories: z.array(z.object({ name: z.string(), services: z.int() })),
});

/** Everything, in short, for whoever keeps a copy. */
export const registryManifest = z.object({
  environment: z.string(),
  services: z.array(
    registryEntry.pick({ name: true, uri: true, family: true, version: true, endpoints: true }).extend({
      dependencies: z.array(dependency),
    }),
  ),
  next: z.string().optional(),
});
export type RegistryManifest = z.infer<typeof registryManifest>;

/** Servers of the Model Context Protocol, as its registry lists them (API v0.1, https://github.com/modelcontextprotocol/registry). */
export const mcpServers = z.object({
  servers: z.array(
    z.object({
      server: z.object({
        name: z.string(),
        description: z.string(),
        version: z.string(),
        remotes: z.array(z.object({ type: z.literal("streamable-http"), url: z.url() })),
      }),
    }),
  ),
  metadata: z.object({ count: z.int(), nextCursor: z.string().optional() }),
});
export type McpServers = z.infer<typeof mcpServers>;
