import { z } from "zod";
import { severities } from "./ops-incidents.ts";

/** How many objects keep the children: one keeps those whose hash falls on it. */
export const childShards = 16;

/** A child speaks to its parent this often, unless it is told otherwise. */
export const tickSeconds = 300;

/** Audience (`aud`) of what children sign for the plane. */
export const planeAudience = "chittyops";

/** Longer bodies of children, in characters, are refused. */
export const largestTick = 32 * 1_024;

const name = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "lower case letters, digits and single hyphens");
export const childName = z.object({ family: name.max(40), child: name });
export type ChildName = z.infer<typeof childName>;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "SHA-256, 64 lower case hexadecimal digits");

/** `configuration`: settings. `update`: a security update. Each has a counter of its own in a child. */
export const releaseKinds = ["configuration", "update"] as const;
export type ReleaseKind = (typeof releaseKinds)[number];

/** What a child runs. */
export const childState = z.strictObject({
  /** What it is, as rollouts name it, e.g. `lite-child`. */
  service: name.max(40),
  /** Of its code, for people. */
  version: z.string().regex(/^[\x21-\x7e]{1,80}$/, "1 to 80 visible ASCII characters"),
  /** Digest of its code. */
  code: sha256,
  /** Digest of what it was deployed with besides. */
  variables: sha256,
  /** Counters of the configuration and the update that are in force; 0: none. */
  configuration: z.int().min(0),
  update: z.int().min(0),
});
export type ChildState = z.infer<typeof childState>;

/** The text whose SHA-256 is the field `runs` of a tick: two children with one digest run the same. */
export function runsMessage({ service, version, code, variables, configuration, update }: ChildState): string {
  return JSON.stringify([service, version, code, variables, configuration, update]);
}

export const childHealth = z.strictObject({
  status: z.enum(["ok", "degraded", "failing"]),
  detail: z.string().max(500).optional(),
});
export type ChildHealth = z.infer<typeof childHealth>;

/** Numbers by name since the last tick, e.g. `{ "requests": 12 }`. */
const childMetrics = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,39}$/), z.number())
  .refine((metrics) => Object.keys(metrics).length <= 32, "at most 32 metrics");
export type ChildMetrics = z.infer<typeof childMetrics>;

/** What became of a release at a child. */
const releaseReport = z.strictObject({
  kind: z.enum(releaseKinds),
  counter: z.int().min(1),
  /** `rolled-back`: it was applied, and taken back since it did not do. */
  state: z.enum(["applying", "applied", "failed", "rolled-back"]),
  reason: z.string().max(500).optional(),
});
export type ReleaseReport = z.infer<typeof releaseReport>;

/** Something is wrong at a child, or right again (`cleared`). */
const childIncident = z.strictObject({
  /** Unique within the child, and the same as long as it is about the same. */
  fingerprint: z.string().regex(/^[\x21-\x7e]{1,80}$/, "1 to 80 visible ASCII characters"),
  title: z.string().min(1).max(200),
  severity: z.enum(severities),
  description: z.string().max(2_000).optional(),
  cleared: z.literal(true).optional(),
});
export type ChildIncident = z.infer<typeof childIncident>;

const incidents = z.array(childIncident).max(10);

/** `POST /sync`: all that a child has to say, in one call. */
export const syncTick = z.strictObject({
  version: z.literal(1),
  /** SHA-256 of `runsMessage`, hexadecimal. */
  runs: sha256,
  /** Sent when it changed, and when it is asked for. */
  state: childState.optional(),
  health: childHealth,
  metrics: childMetrics.optional(),
  reports: z.array(releaseReport).max(4).optional(),
  incidents: incidents.optional(),
});
export type SyncTick = z.infer<typeof syncTick>;

/** `POST /sync/enrol`: a child makes itself known. */
export const enrolment = z.strictObject({ version: z.literal(1), runs: sha256, state: childState });
/** `POST /sync/health`, `POST /sync/metrics`, `POST /sync/incidents`. */
export const healthMessage = z.strictObject({ version: z.literal(1), health: childHealth });
export const metricsMessage = z.strictObject({ version: z.literal(1), metrics: childMetrics });
export const incidentsMessage = z.strictObject({ version: z.literal(1), incidents: incidents.min(1) });

/** What a child is answered. Fields may be added: a child takes no notice of those that it does not know. */
export const syncAnswer = z.object({
  /** The parent's time. */
  at: z.iso.datetime(),
  /** When the next tick is expected, in seconds. */
  nextSeconds: z.int().min(1),
  /** `full`: what `runs` stands for is not known here, send `state` with the next tick. */
  report: z.enum(["full", "changes"]),
  /** Signed releases to apply, oldest first: JWS (RFC 7515) in the compact form, EdDSA, of `release`. */
  offers: z.array(z.string()),
});
export type SyncAnswer = z.infer<typeof syncAnswer>;

/** `GET /sync/config?since=`, `GET /sync/updates?since=`: the release to apply, if there is one with a higher counter. */
export const offerAnswer = z.object({ offer: z.string().nullable() });

/** `typ` of a signed release. */
export const releaseType = "chittyops-release+jws";

/** What a release holds: JSON that its service understands. Not `z.json()`, which is recursive: OpenAPI would never come to its end. */
export const releaseContent = z
  .record(z.string().min(1).max(100), z.unknown())
  .refine((content) => JSON.stringify(content).length <= 16_384, "at most 16,384 characters as JSON");

/** What the parent signs: good for one child of one family, until then, and never after one with a higher counter. */
export const release = z.object({
  version: z.literal(1),
  kind: z.enum(releaseKinds),
  service: z.string(),
  family: z.string(),
  child: z.string(),
  /** Grows with every release that the parent makes. */
  counter: z.int().min(1),
  issuedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  content: releaseContent,
});
export type Release = z.infer<typeof release>;
export type ReleaseContent = z.infer<typeof releaseContent>;

/** `silent`: it did not come when it was expected. `revoked`: nothing of it is taken any more. */
export const childConditions = ["ok", "degraded", "failing", "silent", "revoked"] as const;
export type ChildCondition = (typeof childConditions)[number];

/** A child as the plane sees it. */
export const childRecord = z.object({
  family: z.string(),
  child: z.string(),
  service: z.string(),
  version: z.string(),
  condition: z.enum(childConditions),
  /** Digest of what it runs, and what that stands for; null until it is told. */
  runs: z.string(),
  state: childState.nullable(),
  health: childHealth,
  metrics: childMetrics,
  enrolledAt: z.iso.datetime(),
  lastTickAt: z.iso.datetime(),
  /** From then on it is silent. */
  dueAt: z.iso.datetime(),
});
export type ChildRecord = z.infer<typeof childRecord>;

export const childPage = z.object({
  children: z.array(childRecord),
  /** Give it as `after` for the next page; null: this is the last. */
  next: z.string().nullable(),
});

/** How many children there are, by family, version and condition. */
export const childCounts = z.object({
  at: z.iso.datetime(),
  total: z.int(),
  counts: z.array(
    z.object({ family: z.string(), version: z.string(), condition: z.enum(childConditions), children: z.int() }),
  ),
});
export type ChildCounts = z.infer<typeof childCounts>;
