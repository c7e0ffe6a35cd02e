import { z } from "zod";

/** Who did something: a person or program by Access, a child by its key, the plane itself, or a deployment by `chittyops`. */
export const actor = z.object({
  kind: z.enum(["operator", "child", "service", "plane"]),
  /** E-mail address, `<family>/<child>`, or a name. */
  id: z.string().min(1).max(320),
});
export type Actor = z.infer<typeof actor>;

/** Something that changed: what the plane's audit trail says of it. No content and no secret. */
const opsAuditEntry = z.object({
  at: z.iso.datetime(),
  actor,
  /** e.g. `incident.ack`, `deployment` */
  action: z
    .string()
    .regex(/^[a-z]+(?:[.-][a-z]+)*$/)
    .max(80),
  /** Of what, e.g. `incidents/01J…` or `chittyops/prod`. */
  subject: z.string().max(500),
  /** Absent: it concerns all of them. */
  family: z.string().max(40).optional(),
  outcome: z.enum(["done", "refused", "failed"]),
  /** What belongs to it besides: commit, stack, digest of the policy evidence, HTTP status. */
  details: z.record(z.string().max(60), z.string().max(500)).default({}),
});
export type OpsAuditEntry = z.output<typeof opsAuditEntry>;

export const opsAuditRecord = opsAuditEntry.extend({
  chain: z.string(),
  sequence: z.int().min(1),
  previous: z.string(),
  digest: z.string(),
});
export type OpsAuditRecord = z.infer<typeof opsAuditRecord>;

export const opsAuditChain = (environment: string): string => `ops/${environment}`;

/** How far the chain was at a time, signed by the plane (EdDSA, JWS compact with these members as its payload). */
export const opsCheckpoint = z.object({
  chain: z.string(),
  sequence: z.int().min(0),
  digest: z.string(),
  at: z.iso.datetime(),
});
export type OpsCheckpoint = z.infer<typeof opsCheckpoint>;

/** An Ed25519 public key (RFC 8037) with its thumbprint (RFC 7638) as its id. */
export const opsPublicKey = z.object({
  kty: z.literal("OKP"),
  crv: z.literal("Ed25519"),
  x: z.string().min(1),
  kid: z.string().min(1),
});
export type OpsPublicKey = z.infer<typeof opsPublicKey>;

/** A checkpoint as it is kept and handed out: `jws` says the same, signed. */
export const signedCheckpoint = z.object({ sequence: z.int().min(0), jws: z.string().max(4_000) });
export type SignedCheckpoint = z.infer<typeof signedCheckpoint>;

export const opsCheckpointType = "chittyops-checkpoint+jws";

/**
 * A line of an export of the audit trail, which are JSON: `export` first, whose `head` is the checkpoint of the last record in it; then the
 * checkpoints; then every record, in order.
 */
export const opsExportLine = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("export"),
    version: z.literal(1),
    chain: z.string(),
    publicKeys: z.array(opsPublicKey).min(1),
    head: signedCheckpoint,
  }),
  z.object({ kind: z.literal("checkpoint"), checkpoint: signedCheckpoint }),
  z.object({ kind: z.literal("record"), record: z.unknown() }),
]);
export type OpsExportLine = z.infer<typeof opsExportLine>;
