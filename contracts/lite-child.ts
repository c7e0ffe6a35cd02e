import { z } from "zod";
import { branding } from "./branding.ts";

/**
 * What a lite child's Worker (`runtime/dist/lite-child.mjs`) is told about itself: the variable `CHILD`, as JSON. It holds no secret.
 *
 * One bundle serves all families; `family` decides what it does, and `liteChildBindings[family]` what it has to be bound to.
 *
 * ```
 * { version: 1, child, title, environment, url, state?, labels?, code?, createdAt, expiresAt?, quota: { requestsPerDay, documentBytes? },
 *   parent: { stack, configVersion, keyEpoch, ops? },
 *   family: "cook-county",     tenant, access, keyVersion, court?
 *   family: "digital-dossier", tenant, branding, serviceLevels
 *   family: "chitty-apps",     budget }
 * ```
 *
 * Secrets: `CHILD_KEY` is the child's key as text (HMAC-SHA256 of the family's enrolment key over child id and epoch, hexadecimal).
 * `ROOT_KEY` (cook-county) is a JSON object of version to secret, e.g. `{"1":"…","2":"…"}`, each of 32 characters at least and random;
 * `keyVersion` names the one that new documents use. Rotation: add a version and raise `keyVersion`; the child rewraps the keys of all cases by
 * its schedule, and `keys.done` of its status says when it has. The old version opens nothing any more but copies in the backup, which keep
 * the wrapped key of the first day; it is kept as long as they are.
 */
export const liteChildVariable = "CHILD";

/** Where the built Worker is, relative to the repository; its sha256 is beside it in `<path>.sha256`. */
export const liteChildBundle = "runtime/dist/lite-child.mjs";

/** What the bundle needs of the platform: `node:crypto` hashes a document as it streams by. */
export const liteChildCompatibility = { date: "2026-01-01", flags: ["nodejs_compat"] } as const;

const kebab = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const kebabWords = "lower case letters, digits and single hyphens, beginning with a letter";
/** Id of a child: unique within its family and environment, e.g. `traffic-court`. */
const childId = z.string().min(2).max(63).regex(kebab, kebabWords);
/** Id of a tenant, e.g. `acme`. */
const tenantId = z.string().min(2).max(40).regex(kebab, kebabWords);

/** The link to the parent: core's contract of the family, and the operations plane once there is one. */
const parent = z.object({
  /** The stack that publishes the contract, e.g. `chittyops-contract/prod-cook-county`. */
  stack: z.string().min(1),
  configVersion: z.string().min(1),
  /** Epoch of the family's enrolment key that `CHILD_KEY` was derived with. */
  keyEpoch: z.int().min(1),
  /** The operations plane. `publicKey`: Ed25519, its 32 bytes in base64url. */
  ops: z.object({ url: z.url(), publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/) }).optional(),
});

const quota = z.object({
  /** Requests in a day (UTC), health check and status apart; more are answered with 429. */
  requestsPerDay: z.int().min(1),
  /** Largest document, 50 MiB by default. */
  documentBytes: z
    .int()
    .min(1)
    .max(100 * 2 ** 20)
    .default(50 * 2 ** 20),
});

/** Public keys of the issuer: the address of a JSON Web Key Set, or the set itself where there is no issuer to ask, as in `local`. */
const publicKeys = z.union([
  z.url(),
  z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })).min(1) }),
]);

/**
 * Who may come in. Tokens are Cloudflare Access's (`Cf-Access-Jwt-Assertion`); claims of the identity provider are in them under `custom`
 * or at the top.
 */
const access = z.object({
  /** e.g. `https://county.cloudflareaccess.com` */
  issuer: z.url(),
  /** Audience tag of the Access application. */
  audience: z.string().min(1),
  /** By default `<issuer>/cdn-cgi/access/certs`. */
  publicKeys: publicKeys.optional(),
  /** Authentication methods (`amr`, RFC 8176) of which one is enough proof of a second factor; there is no way to ask for none. */
  mfaMethods: z.array(z.string().min(1)).min(1).default(["mfa", "hwk", "otp", "fido", "pop"]),
  /**
   * Identity assurance as the provider says it in `acr` or `ial`; one has to match exactly. login.gov's, for verified identities:
   * `http://idmanagement.gov/ns/assurance/ial/2`, `urn:acr.login.gov:verified`.
   */
  assurance: z.array(z.string().min(1)).min(1),
  /** E-mail addresses, in lower case, of those who may open cases, give roles in them, and read the audit trail. */
  administrators: z.array(z.email().toLowerCase()).min(1),
});
export type AccessConfiguration = z.infer<typeof access>;

/** The court's system, which takes filings by `POST <url>`. Its operator gets the child's public keys at `/.well-known/jwks.json`. */
const court = z.object({ system: z.string().min(1), url: z.url() });

export const serviceLevel = z.object({
  /** e.g. `availability` */
  name: z.string().regex(kebab, kebabWords),
  /** What makes a request good: an answer that is no server error, or one within so many milliseconds. */
  good: z.union([z.object({ answers: z.literal(true) }), z.object({ withinMilliseconds: z.int().min(1) })]),
  /** Share of requests that have to be good, e.g. 0.995. */
  objective: z.number().gt(0).lt(1),
  windowDays: z.int().min(1).max(90),
});
export type ServiceLevel = z.infer<typeof serviceLevel>;

const budget = z
  .object({
    /** Units in a day (UTC). A request that only reads costs 1, one that writes costs 5. */
    unitsPerDay: z.int().min(1),
    /** Shares of the day's units at which the level rises. */
    degradeAt: z.number().gt(0).max(1).default(0.8),
    pauseAt: z.number().gt(0).default(1),
  })
  .refine(({ degradeAt, pauseAt }) => degradeAt < pauseAt, "degradeAt has to be below pauseAt");
export type BudgetConfiguration = z.infer<typeof budget>;

/** `observe`: count only. `degrade`: reads only. `pause`: nothing but health, status and the controller itself. */
export const budgetLevel = z.enum(["observe", "degrade", "pause"]);
export type BudgetLevel = z.infer<typeof budgetLevel>;

const shared = {
  version: z.literal(1),
  child: childId,
  /** For people, e.g. `Traffic court filings`. */
  title: z.string().min(1).max(120),
  environment: z.string().min(1),
  /** Where it is reached, without a trailing path. */
  url: z.url(),
  /** A suspended child answers 403, and keeps what it has. */
  state: z.enum(["active", "suspended"]).default("active"),
  labels: z.record(z.string(), z.string()).default({}),
  /** SHA-256 of its code, which it tells its parent. */
  code: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  createdAt: z.iso.datetime(),
  /** From then on it answers 410, its health and status apart. Absent: it does not expire. */
  expiresAt: z.iso.datetime().optional(),
  quota,
  parent,
};

export const liteChild = z.discriminatedUnion("family", [
  z.object({
    ...shared,
    family: z.literal("cook-county"),
    /** The court or agency; part of every document's authenticated context. */
    tenant: tenantId,
    access,
    /** Version of the root key that documents are protected with. */
    keyVersion: z.int().min(1).max(1_000_000),
    /** Absent: filings are refused with 501. */
    court: court.optional(),
  }),
  z.object({
    ...shared,
    family: z.literal("digital-dossier"),
    tenant: tenantId,
    branding,
    serviceLevels: z.array(serviceLevel).min(1),
  }),
  z.object({ ...shared, family: z.literal("chitty-apps"), budget }),
]);
export type LiteChild = z.infer<typeof liteChild>;
/** What a component writes: fields with a default may be left out. */
export type LiteChildInput = z.input<typeof liteChild>;
export type LiteChildOf<F extends LiteChild["family"]> = Extract<LiteChild, { family: F }>;

/** One thing that the Worker has to be bound to. Durable Objects are its own, with SQLite storage: the migration is `new_sqlite_classes`. */
export type LiteChildBinding =
  | { kind: "kv" | "r2" | "secret" | "var" | "ratelimit"; name: string }
  /** `consumes`: the Worker is the queue's consumer too; batches of 10 at most, retried until they are taken. */
  | { kind: "queue"; name: string; consumes: true }
  | { kind: "durable-object"; name: string; className: string }
  /** Bound where there is a database; without it the status says so. */
  | { kind: "hyperdrive"; name: string; optional: true };

const everyChild = [
  { kind: "var", name: liteChildVariable },
  { kind: "secret", name: "CHILD_KEY" },
  /** Of all requests, health check and status apart; more in a minute are answered with 429. */
  { kind: "ratelimit", name: "RATE_LIMIT" },
  /** Counts the day's requests of every child; the controller of a consumer app. */
  { kind: "durable-object", name: "BUDGET", className: "Budget" },
] as const satisfies LiteChildBinding[];

export const liteChildBindings = {
  "cook-county": [
    ...everyChild,
    { kind: "secret", name: "ROOT_KEY" },
    /** Ciphertext only, below `documents/<tenant>/<case>/<document>/`. Objects are never overwritten, so that the bucket may be locked. */
    { kind: "r2", name: "DOCUMENTS" },
    /** The locked bucket of custody (`custody/`) and audit (`audit/`) records. Objects are never overwritten. */
    { kind: "r2", name: "CUSTODY_VAULT" },
    /** Ciphertext again, under the same names, in another location and with a lock of its own. */
    { kind: "r2", name: "BACKUP" },
    { kind: "queue", name: "CUSTODY", consumes: true },
    { kind: "durable-object", name: "CASE_FILE", className: "CaseFile" },
    { kind: "durable-object", name: "CUSTODY_CHAIN", className: "CustodyChain" },
    { kind: "durable-object", name: "AUDIT_TRAIL", className: "AuditTrail" },
    { kind: "durable-object", name: "COURT_OUTBOX", className: "CourtOutbox" },
  ],
  "digital-dossier": [
    ...everyChild,
    { kind: "kv", name: "STORE" },
    { kind: "r2", name: "DOCUMENTS" },
    { kind: "durable-object", name: "SERVICE_LEVELS", className: "ServiceLevels" },
    { kind: "hyperdrive", name: "DATABASE", optional: true },
  ],
  "chitty-apps": [...everyChild, { kind: "kv", name: "STORE" }],
} as const satisfies Record<LiteChild["family"], LiteChildBinding[]>;
