import { z } from "zod";
import { actor } from "./ops-audit.ts";

export const severities = ["critical", "major", "minor", "info"] as const;
export type Severity = (typeof severities)[number];

/** Something is wrong: what a rule, a child or a person says. Signals with one fingerprint are one incident while it is open. */
export const signal = z.object({
  /** Says what it is about and nothing that changes while it lasts, e.g. `service-down/chittyfinance`. */
  fingerprint: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x21-\x7e]+$/),
  title: z.string().min(1).max(200),
  severity: z.enum(severities),
  family: z.string().min(1).max(40),
  /** What raised it, e.g. `health`, `sync`, `security`, `budget`, a person's e-mail address, `<family>/<child>`. */
  source: z.string().min(1).max(320),
  /** Service, or `<family>/<child>`, that it is about. */
  subject: z.string().max(200).optional(),
  description: z.string().max(4_000).default(""),
  /** Path of a runbook in this repository's `docs/runbooks`, or an address. */
  runbook: z.string().max(500).optional(),
  at: z.iso.datetime(),
});
export type Signal = z.output<typeof signal>;

/** `acknowledged`: somebody works on it. A resolved incident stays one; what is wrong again is a new incident. */
export const incidentStates = ["open", "acknowledged", "resolved"] as const;

/** One line of an incident's history. */
const timelineEntry = z.object({
  at: z.iso.datetime(),
  actor,
  what: z.enum([
    "opened",
    "worse",
    "acknowledged",
    "escalated",
    "note",
    "notified",
    "silenced",
    "resolved",
    "reviewed",
  ]),
  /** Text as it was written: to be shown, never run. */
  text: z.string(),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;

/** What changed shortly before an incident: the first suspects. */
const relatedChange = z.object({
  at: z.iso.datetime(),
  /** What was deployed, e.g. a service or `<project>/<stack>`. */
  subject: z.string(),
  text: z.string(),
});
export type RelatedChange = z.infer<typeof relatedChange>;

/** What was learnt, in writing. */
const incidentReview = z.strictObject({
  summary: z.string().min(1).max(4_000),
  cause: z.string().min(1).max(4_000),
  impact: z.string().max(4_000).default(""),
  actions: z
    .array(z.strictObject({ what: z.string().min(1).max(500), owner: z.string().max(320).optional() }))
    .max(20)
    .default([]),
});
export type IncidentReview = z.output<typeof incidentReview>;

export const incident = z.object({
  /** `inc-<number>`; numbers grow. */
  id: z.string(),
  fingerprint: z.string(),
  state: z.enum(incidentStates),
  severity: z.enum(severities),
  title: z.string(),
  description: z.string(),
  family: z.string(),
  source: z.string(),
  subject: z.string().optional(),
  runbook: z.string().optional(),
  /** Who takes care of it. */
  owner: z.string().optional(),
  openedAt: z.iso.datetime(),
  acknowledgedAt: z.iso.datetime().optional(),
  resolvedAt: z.iso.datetime().optional(),
  /** How often it was signalled, and when last. */
  signals: z.int().min(1),
  lastSignalAt: z.iso.datetime(),
  /** How many different subjects were signalled and not right again; of a resolved one, when it was resolved. */
  affected: z.int().min(0),
  /** How often it was escalated. */
  escalations: z.int().min(0),
  resolution: z.string().optional(),
  reviewed: z.boolean(),
});
export type Incident = z.infer<typeof incident>;

export const incidentDetail = incident.extend({
  timeline: z.array(timelineEntry),
  changes: z.array(relatedChange),
  /** The first hundred of those affected. */
  subjects: z.array(z.string()),
  review: incidentReview.optional(),
});
export type IncidentDetail = z.infer<typeof incidentDetail>;

/** How many there are, of the families one may see. */
const incidentCounts = z.object({
  open: z.int(),
  acknowledged: z.int(),
  resolved: z.int(),
  /** Of those not resolved. */
  bySeverity: z.record(z.enum(severities), z.int()),
});
export type IncidentCounts = z.infer<typeof incidentCounts>;

export const incidentPage = z.object({
  counts: incidentCounts,
  /** Newest first. */
  incidents: z.array(incident),
  /** To be given as `after` for the next page. */
  next: z.string().optional(),
});
export type IncidentPage = z.infer<typeof incidentPage>;

/** A person opens an incident. */
export const newIncident = z.strictObject({
  title: signal.shape.title,
  severity: signal.shape.severity,
  family: signal.shape.family,
  subject: signal.shape.subject,
  description: signal.shape.description,
  runbook: signal.shape.runbook,
  /** Absent: it is an incident of its own. */
  fingerprint: signal.shape.fingerprint.optional(),
});

/** What can be done with an incident, and what belongs to it. */
export const incidentActions = {
  ack: z.strictObject({
    note: z.string().max(4_000).default(""),
    /** Who takes care of it; absent: whoever acknowledges. */
    owner: z.email().optional(),
  }),
  escalate: z.strictObject({ reason: z.string().min(1).max(4_000), severity: z.enum(severities).optional() }),
  resolve: z.strictObject({ resolution: z.string().min(1).max(4_000) }),
  note: z.strictObject({ text: z.string().min(1).max(4_000) }),
  review: incidentReview,
} as const;
export type IncidentAction = {
  [K in keyof typeof incidentActions]: { kind: K } & z.output<(typeof incidentActions)[K]>;
}[keyof typeof incidentActions];
