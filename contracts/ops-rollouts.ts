import { z } from "zod";
import { releaseContent, releaseKinds } from "./ops-sync.ts";

const word = z
  .string()
  .min(1)
  .max(40)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "lower case letters, digits and single hyphens");

const wave = z.strictObject({
  /** Absent: all families of the plane. */
  families: z.array(word).min(1).max(20).optional(),
  /** How many of each family's children have it once the wave is over, those of waves before it included. */
  percent: z.number().gt(0).max(100),
});

/** `POST /api/v1/rollouts`: offers a release to children, wave by wave. */
export const rolloutRequest = z.strictObject({
  /** What runs it, e.g. `lite-child`. */
  service: word,
  kind: z.enum(releaseKinds),
  content: releaseContent,
  waves: z.array(wave).min(1).max(20),
  /** A wave in which more than this share of its children fail halts the rollout. Silence is failure. */
  failurePercent: z.number().min(0).max(100).default(5),
  /** Children that may be at it at one time. */
  mostAtOnce: z.int().min(1).max(10_000).default(100),
  /** A child that does not say within this time that it has applied the release has failed. */
  answerSeconds: z.int().min(60).max(86_400).default(900),
});
export type RolloutRequest = z.output<typeof rolloutRequest>;

/** `halted`: a wave was bad. `superseded`: a newer one takes its place for all its families. */
const rolloutStates = ["running", "paused", "halted", "done", "superseded"] as const;
export type RolloutState = (typeof rolloutStates)[number];

/** What became of an offer. `silent`: nothing was heard in time, which counts as failed. */
const offerStates = ["offered", "applying", "applied", "failed", "rolled-back", "silent"] as const;
export type OfferState = (typeof offerStates)[number];

export const rollout = z.object({
  /** The counter of the release. */
  counter: z.int().min(1),
  service: z.string(),
  kind: z.enum(releaseKinds),
  state: z.enum(rolloutStates),
  /** Why it is not running, and who said so. */
  reason: z.string().nullable(),
  families: z.array(z.string()),
  waves: z.array(z.object({ families: z.array(z.string()), percent: z.number() })),
  /** The wave that is on, from 1. */
  wave: z.int().min(1),
  failurePercent: z.number(),
  mostAtOnce: z.int(),
  answerSeconds: z.int(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  content: releaseContent,
  progress: z.array(
    z.object({ wave: z.int(), family: z.string(), state: z.enum(offerStates), children: z.int().min(0) }),
  ),
});
export type Rollout = z.infer<typeof rollout>;

export const rolloutPage = z.object({
  rollouts: z.array(rollout),
  /** Give it as `before` for the next page; null: this is the last. */
  next: z.int().nullable(),
});
