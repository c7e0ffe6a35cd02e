import { z } from "zod";

/** Seconds from one failed attempt to the next (the schedule of Svix), jittered by a fifth either way; then it is a dead letter. */
export const retrySchedule = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000] as const;

/** Of a Standard Webhooks secret: `whsec_` and 24 to 64 bytes in Base64 (https://www.standardwebhooks.com). */
export const webhookSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, "Expected `whsec_` and 24 to 64 random bytes in Base64.")
  .refine((secret) => {
    const bytes = Math.floor((secret.slice(6).replace(/=+$/, "").length * 3) / 4);
    return bytes >= 24 && bytes <= 64;
  }, "Expected 24 to 64 random bytes after `whsec_`.");

/** A new secret; the one before signs along for a while, so that a receiver can change over. */
export const secretRotation = z.strictObject({
  secret: webhookSecret,
  overlapSeconds: z
    .int()
    .min(0)
    .max(7 * 24 * 3_600)
    .default(24 * 3_600),
});
export type SecretRotation = z.output<typeof secretRotation>;

/** A name that people give to something, e.g. `on-call`. */
export const slug = z.string().regex(/^[a-z][a-z0-9-]{0,59}$/, "Expected 1 to 60 of a-z, 0-9 and -, a letter first.");

/** Where a receiver is, as far as that is no secret. */
export const endpointTarget = z.object({
  kind: z.enum(["webhook", "slack", "pagerduty", "email"]),
  /** e.g. `https://receiver.example/hooks`, `https://hooks.slack.com`, or e-mail addresses */
  address: z.string(),
  /** Absent: it is all families'. */
  family: z.string().optional(),
});

/** How a receiver stands. Its secrets, and an address that is one itself, are never shown. */
export const endpointReport = z.object({
  id: z.string(),
  target: endpointTarget,
  state: z.enum(["enabled", "disabled"]),
  /** Why it is disabled. */
  reason: z.string().optional(),
  /** Since when every attempt failed. */
  failingSince: z.iso.datetime().optional(),
  waiting: z.int(),
  delivered: z.int(),
  dead: z.int(),
  /** What the last attempt met, in words. */
  lastOutcome: z.string().optional(),
  lastAt: z.iso.datetime().optional(),
});
export type EndpointReport = z.infer<typeof endpointReport>;

/** Something that a receiver did not take. It can be sent again. */
const deadLetter = z.object({
  id: z.int().min(1),
  /** Which receiver. */
  endpoint: z.string(),
  /** What it was, e.g. the type and id of an event. */
  what: z.string(),
  attempts: z.int(),
  at: z.iso.datetime(),
  outcome: z.string(),
});

export const deadLetterPage = z.object({
  deadLetters: z.array(deadLetter),
  /** To be given as `after` for the next page. */
  next: z.int().optional(),
});
export type DeadLetterPage = z.infer<typeof deadLetterPage>;
