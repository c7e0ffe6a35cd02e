import { z } from "zod";
import { slug, webhookSecret } from "./ops-deliveries.ts";
import { severities } from "./ops-incidents.ts";

const family = z.string().min(1).max(40);
const url = z.url().max(2_000);
const secret = z.string().min(1).max(500);

const shared = {
  name: slug,
  /** Absent: it may be told of incidents of every family. */
  family: family.optional(),
};

/** Who is told. What is secret of it is never shown again. */
export const newDestination = z.discriminatedUnion("kind", [
  /** A Standard Webhook: `{type, timestamp, data}`. */
  z.strictObject({ kind: z.literal("webhook"), ...shared, url, secret: webhookSecret }),
  /** An incoming webhook of Slack; its address is a secret. */
  z.strictObject({ kind: z.literal("slack"), ...shared, url }),
  /** Events API v2 of PagerDuty. */
  z.strictObject({
    kind: z.literal("pagerduty"),
    ...shared,
    routingKey: z.string().regex(/^[a-zA-Z0-9]{32}$/, "Expected the 32 letters and digits of an integration key."),
    url: url.default("https://events.pagerduty.com/v2/enqueue"),
  }),
  /** By Resend, or what takes the same requests. */
  z.strictObject({
    kind: z.literal("email"),
    ...shared,
    from: z.string().min(3).max(320),
    to: z.array(z.email()).min(1).max(20),
    apiKey: secret,
    url: url.default("https://api.resend.com/emails"),
  }),
]);
export type NewDestination = z.output<typeof newDestination>;

/** Which incidents. Each that is given has to fit; without any it is all of them. */
const alertMatch = z.strictObject({
  families: z.array(family).min(1).max(50).optional(),
  severities: z.array(z.enum(severities)).min(1).optional(),
  /** What raised them, e.g. `health`. */
  sources: z.array(z.string().min(1).max(320)).min(1).max(50).optional(),
  /** What they are about, e.g. `chittyfinance`. */
  subjects: z.array(z.string().min(1).max(200)).min(1).max(50).optional(),
});
export type AlertMatch = z.output<typeof alertMatch>;

export const groupings = ["family", "source", "severity", "subject", "fingerprint"] as const;

/** Which incidents are told to whom, how they are put together, and when nobody's acknowledging calls for more. */
export const alertRoute = z.strictObject({
  name: slug,
  match: alertMatch.default({}),
  destinations: z.array(slug).min(1).max(20),
  /** Incidents that are equal in these are one notice. */
  groupBy: z.array(z.enum(groupings)).max(5).default(["family", "source"]),
  /** How long a notice waits for others of its group. */
  groupWaitSeconds: z.int().min(0).max(3_600).default(30),
  /** Not acknowledged after this: it is escalated, up to three times. Absent: never by itself. */
  escalateAfterSeconds: z
    .int()
    .min(60)
    .max(7 * 24 * 3_600)
    .optional(),
  /** Who is told of escalations; absent: the destinations. */
  escalateTo: z.array(slug).min(1).max(20).optional(),
});
export type AlertRoute = z.output<typeof alertRoute>;

export const longestSilence = 30 * 24 * 3_600_000;

/** Nobody is told of these incidents meanwhile; they are opened and resolved all the same, and told of afterwards if they still are. */
export const newSilence = z.strictObject({
  match: alertMatch.refine(
    (match) => Object.keys(match).length > 0,
    "Say which incidents: a silence of everything is none.",
  ),
  until: z.iso.datetime(),
  reason: z.string().min(1).max(500),
});
export type NewSilence = z.output<typeof newSilence>;

export const silence = newSilence.extend({ id: z.string(), by: z.string(), at: z.iso.datetime() });
export type Silence = z.infer<typeof silence>;

/** An outside switch that calls for help when it has not heard of the plane: it is told only while alerts reach everybody. */
export const newHeartbeat = z.strictObject({
  /** Asked by `POST`. It is a secret. */
  url,
  everySeconds: z
    .int()
    .min(30)
    .max(24 * 3_600)
    .default(60),
});
export type NewHeartbeat = z.output<typeof newHeartbeat>;

export const heartbeat = z.object({
  address: z.string(),
  everySeconds: z.int(),
  /** Why it is held back, if it is. */
  held: z.string().optional(),
  lastAt: z.iso.datetime().optional(),
  lastOutcome: z.string().optional(),
});
export type Heartbeat = z.infer<typeof heartbeat>;

/** What destinations are told. */
export const alertNotice = z.object({
  /** The same for all notices of a group: what a pager joins them by. */
  group: z.string(),
  status: z.enum(["firing", "escalated", "resolved"]),
  at: z.iso.datetime(),
  severity: z.enum(severities),
  title: z.string(),
  /** How many incidents it is about; the first twenty are here. */
  total: z.int(),
  incidents: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      state: z.string(),
      severity: z.enum(severities),
      family: z.string(),
      source: z.string(),
      subject: z.string().optional(),
      affected: z.int(),
      openedAt: z.iso.datetime(),
      runbook: z.string().optional(),
      url: z.string(),
    }),
  ),
});
export type AlertNotice = z.infer<typeof alertNotice>;
