import { z } from "zod";

/**
 * Health as it is shown. `unverifiable`: it answers with a redirect. `unknown`: the plane could not look. `excluded`: it runs nowhere, so
 * that there is nothing to ask.
 */
export const healthStates = [
  "healthy",
  "unhealthy",
  "unreachable",
  "unverifiable",
  "flapping",
  "unknown",
  "excluded",
] as const;
export const healthState = z.enum(healthStates);
export type HealthState = z.infer<typeof healthState>;

/** Defaults of every check. Times in milliseconds. */
export const checking = {
  /** Between two checks of a service that is as it was. */
  interval: 60_000,
  /** Between two checks of one that has just changed: a dead service is known to be dead within two intervals. */
  quickInterval: 20_000,
  /** Until an answer counts as none. */
  timeout: 5_000,
  /** So many in a row open an incident, and so many close it. */
  failuresToOpen: 3,
  successesToClose: 2,
  /** So many changes between good and bad within the time make it flapping; as long without one and it is not. */
  flappingChanges: 6,
  flappingWithin: 30 * 60_000,
  flappingEndsAfter: 15 * 60_000,
  /** Nothing was seen for so many intervals: what was before says nothing any more. */
  staleIntervals: 3,
} as const;

/** `active`: asked for its health. `heartbeat`: says by itself that it lives. `synthetic`: a page, as a user gets it. */
const checkKinds = ["active", "heartbeat", "synthetic"] as const;
export type CheckKind = (typeof checkKinds)[number];

/** One way in which something is watched. */
export const checkReport = z.object({
  kind: z.enum(checkKinds),
  health: healthState,
  /** Since when it is so. */
  since: z.iso.datetime().optional(),
  /** When it was looked at last, and what was found. */
  last: z
    .object({
      at: z.iso.datetime(),
      good: z.boolean(),
      detail: z.string(),
      /** Milliseconds until the answer; absent without one. */
      latency: z.number().optional(),
    })
    .optional(),
  /** A dependency that is wrong too, and explains it: there is no incident for this one. */
  suppressedBy: z.string().optional(),
});
export type CheckReport = z.infer<typeof checkReport>;

/** A day (UTC) of one service. Times in seconds; what is in none of them was not watched. */
export const healthDay = z.object({
  day: z.iso.date(),
  up: z.number(),
  down: z.number(),
  /** The plane was blind: no part of the uptime. */
  unknown: z.number(),
  maintenance: z.number(),
  /** Milliseconds; null without an answer. */
  latencyMean: z.number().nullable(),
  latencyMax: z.number().nullable(),
});
export type HealthDay = z.infer<typeof healthDay>;

/** Share of the time watched that a service has to be up within thirty days, by its tier. */
export const availabilityObjective = (tier: number): number => (tier <= 2 ? 0.999 : 0.995);
export const objectiveDays = 30;

/** Error budgets that are spent this many times too fast, over a long and a short window (milliseconds), are an incident. */
export const burnAlerts = [
  { rate: 14.4, long: 3_600_000, short: 300_000, severity: "critical" },
  { rate: 6, long: 6 * 3_600_000, short: 1_800_000, severity: "major" },
  { rate: 1, long: 72 * 3_600_000, short: 6 * 3_600_000, severity: "minor" },
] as const;

export const objectiveReport = z.object({
  objective: z.number(),
  windowDays: z.int(),
  /** Share of the time watched; null before there was any. */
  measured: z.number().nullable(),
  /** Share of the error budget that is left; below 0 when it is overspent. */
  budgetLeft: z.number().nullable(),
  /** 1 uses the budget up exactly at the window's end. */
  burnRate: z.object({ hours1: z.number().nullable(), hours6: z.number().nullable(), hours72: z.number().nullable() }),
});
export type ObjectiveReport = z.infer<typeof objectiveReport>;

/** Days that a certificate is good for still; a Worker is not shown the certificates of whom it asks. */
export const certificateReport = z.object({ daysLeft: z.union([z.int(), z.literal("unknown")]) });

/** Work that is expected to break things: checks go on, no incident is opened, and the time is no part of the uptime. */
export const newMaintenance = z
  .strictObject({
    /** Names of services. */
    services: z
      .array(z.string().min(1).max(100))
      .min(1, "Name one service at least, or leave `services` out for the whole family.")
      .max(200)
      .optional(),
    family: z.string().min(1).max(40),
    reason: z.string().min(1).max(500),
    /** Absent: now. */
    startsAt: z.iso.datetime().optional(),
    /** Either when it ends, or how long it lasts. */
    endsAt: z.iso.datetime().optional(),
    minutes: z.int().min(1).max(20_160).optional(),
  })
  .refine(({ endsAt, minutes }) => (endsAt === undefined) !== (minutes === undefined), "Give either endsAt or minutes.")
  .refine(
    ({ startsAt, endsAt }) =>
      startsAt === undefined || endsAt === undefined || Date.parse(startsAt) < Date.parse(endsAt),
    "endsAt has to be after startsAt.",
  );
export type NewMaintenance = z.output<typeof newMaintenance>;

export const maintenance = z.object({
  id: z.string(),
  family: z.string(),
  /** Absent: all of the family. */
  services: z.array(z.string()).optional(),
  reason: z.string(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  state: z.enum(["planned", "active", "ended"]),
  by: z.string(),
});
export type Maintenance = z.infer<typeof maintenance>;

export const maintenancePage = z.object({
  windows: z.array(maintenance),
  /** To be given as `after` for the next page. */
  next: z.string().optional(),
});
export type MaintenancePage = z.infer<typeof maintenancePage>;

/** How everything is, in numbers. */
export const healthSummary = z.object({
  /** When the plane looked last; absent: never. */
  at: z.iso.datetime().optional(),
  /** Since when it is blind: it sees nothing, so that it says nothing. */
  blindSince: z.iso.datetime().optional(),
  counts: z.partialRecord(healthState, z.int()),
  byFamily: z.record(z.string(), z.partialRecord(healthState, z.int())),
  /** Names of services in maintenance. */
  maintenance: z.array(z.string()),
  synthetics: z.array(checkReport.extend({ name: z.string() })),
});
export type HealthSummary = z.infer<typeof healthSummary>;

/** A page that is asked for as a user would. */
export const syntheticCheck = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .max(60),
  url: z.url(),
  status: z.int().min(200).max(599).default(200),
  /** A text that has to be in the page. */
  contains: z.string().min(1).max(200).optional(),
  family: z.string().min(1).max(40),
});
export type SyntheticCheckInput = z.input<typeof syntheticCheck>;
