import { z } from "zod";
import { syntheticCheck } from "./ops-health.ts";

/** What the operations plane's Worker (`runtime/dist/ops.mjs`) is told about itself: this variable, as JSON. It holds no secret. */
export const opsVariable = "OPS";

/** Where the built Worker is, relative to the repository; its sha256 is beside it in `<path>.sha256`. */
export const opsBundle = "runtime/dist/ops.mjs";

export const opsCompatibility = { date: "2026-01-01", flags: ["nodejs_compat"] } as const;

/** Each may do what those before it may. */
export const operatorRoles = ["viewer", "operator", "admin"] as const;
export type OperatorRole = (typeof operatorRoles)[number];

/** Who may do what: a person by e-mail address, or everybody of a domain. Several grants add up. */
export const operatorGrant = z.object({
  /** In lower case; `@chitty.cc` is everybody of that domain. */
  email: z.string().min(3).toLowerCase(),
  role: z.enum(operatorRoles),
  /** Absent: all families. */
  families: z.array(z.string().min(1)).min(1).optional(),
});
export type OperatorGrant = z.infer<typeof operatorGrant>;

const access = z.object({
  /** e.g. `https://chitty.cloudflareaccess.com` */
  issuer: z.url(),
  /** Audience tag of the Access application. */
  audience: z.string().min(1),
  /** The issuer's public keys where there is no issuer to ask, as in `local`; by default they are fetched from `<issuer>/cdn-cgi/access/certs`. */
  publicKeys: z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) }).optional(),
});

export const opsConfiguration = z.object({
  version: z.literal(1),
  environment: z.string().min(1),
  /** Where the plane is reached, without a slash at the end. */
  url: z.url(),
  /** Families whose children it takes care of, core's own among them. */
  families: z.array(z.string().min(1)).min(1),
  access,
  grants: z.array(operatorGrant).default([]),
  /** Pages that are asked for as users do. */
  synthetics: z.array(syntheticCheck).max(50).default([]),
  /** Of `local` only: where the embedded cloud says how far its clock is ahead. */
  clockUrl: z.url().optional(),
});
export type OpsConfiguration = z.infer<typeof opsConfiguration>;
export type OpsConfigurationInput = z.input<typeof opsConfiguration>;

/** The Durable Objects of the plane, and the binding of each. */
export const opsObjects = [
  /** Sequences the audit trail. One. */
  { name: "AUDIT_LOG", className: "AuditLog" },
  /** Answers given under an idempotency key. Sixteen, by the key's hash. */
  { name: "CALL_LOG", className: "CallLog" },
  /** Registry, health, maintenance windows, service levels. One. */
  { name: "DIRECTORY", className: "Directory" },
  /** Incidents, alert rules and routes, deliveries of alerts. One. */
  { name: "INCIDENT_DESK", className: "IncidentDesk" },
  /** Events, subscriptions, deliveries, dead letters. One. */
  { name: "EVENT_HUB", className: "EventHub" },
  /** Operations across services, one step after the other. One. */
  { name: "OPERATION_DESK", className: "OperationDesk" },
  /** Children: what they said last, their overdue ticks, counters. Sharded by the hash of family and child. */
  { name: "CHILD_SHARD", className: "ChildShard" },
  /** Configuration and updates on offer, waves, their limit. One. */
  { name: "ROLLOUT_DESK", className: "RolloutDesk" },
  /** Requests, errors, latency, CPU time by service from tail events; findings of scans. One. */
  { name: "METER", className: "Meter" },
] as const;

/** What else it has to be bound to. */
export const opsStores = {
  /** KV of chittyregistry: the catalog's records, made by their components. */
  records: "REGISTRY_RECORDS",
  /** R2, locked: the audit trail's segments and checkpoints. */
  archive: "AUDIT_ARCHIVE",
  /** Queue that carries events on; the plane consumes it too. */
  events: "EVENT_QUEUE",
  /** Secret: Ed25519 private key as a JSON Web Key. */
  signingKey: "SIGNING_KEY",
  /** Secret: JSON of family to its enrolment keys by epoch. */
  familyKeys: "FAMILY_KEYS",
} as const;
