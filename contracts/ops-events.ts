import { z } from "zod";
import { endpointReport, slug, webhookSecret } from "./ops-deliveries.ts";
import { signal } from "./ops-incidents.ts";

/** CloudEvents 1.0, JSON format (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md). */
export const cloudEvent = z.looseObject({
  specversion: z.literal("1.0"),
  id: z.string().min(1).max(200),
  /** A URI reference, e.g. `chittycanon://core/services/chittyfinance`. */
  source: z.string().min(1).max(500),
  /** Reverse domain, e.g. `cc.chitty.incident.opened`. Its first parts are the topic. */
  type: z.string().min(1).max(200),
  subject: z.string().max(500).optional(),
  time: z.iso.datetime({ offset: true }).optional(),
  datacontenttype: z.string().max(100).optional(),
  dataschema: z.url().optional(),
  data: z.unknown().optional(),
  data_base64: z.string().optional(),
  /** Events with one key of one source are delivered in order (extension `partitionkey`); by default the subject. */
  partitionkey: z.string().min(1).max(200).optional(),
  /** Whose it is (extension `family`): operators of that family see it, and only those of all families see one without. */
  family: z.string().min(1).max(40).optional(),
});
export type CloudEvent = z.output<typeof cloudEvent>;

/** Of one event as JSON: what every intermediary has to carry (CloudEvents 1.0, size limits). */
export const largestEvent = 64 * 1_024;

/** A type, or its first parts: `cc.chitty.incident` is the topic of `cc.chitty.incident.opened`. */
export const topic = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[a-zA-Z0-9_-]+(?:\.[a-zA-Z0-9_-]+)*$/);

const storedEvent = z.object({
  /** Grows with each event that is stored. */
  sequence: z.int().min(1),
  storedAt: z.iso.datetime(),
  event: cloudEvent,
});
export type StoredEvent = z.infer<typeof storedEvent>;

export const eventPage = z.object({
  events: z.array(storedEvent),
  /** To be given as `after` (or `before`) for the next page; absent at the end. */
  next: z.int().optional(),
});
export type EventPage = z.infer<typeof eventPage>;

export const publishedEvents = z.object({
  events: z.array(z.object({ sequence: z.int(), known: z.boolean() })),
});

const attributes = z
  .record(z.string().regex(/^[a-z0-9]{1,20}$/), z.string().min(1).max(500))
  .refine((record) => Object.keys(record).length > 0, "Name one attribute at least.");

/** As the CloudEvents Subscriptions API has them: each attribute named is (or begins, or ends with) what is given. */
const eventFilter = z.union([
  z.strictObject({ exact: attributes }),
  z.strictObject({ prefix: attributes }),
  z.strictObject({ suffix: attributes }),
]);
export type EventFilter = z.output<typeof eventFilter>;

/** Events that are sent to a receiver as Standard Webhooks, each as a CloudEvent in JSON. */
export const newSubscription = z.strictObject({
  name: slug,
  url: z.url().max(2_000),
  /** Events of one of them. */
  topics: z.array(topic).min(1).max(50),
  /** And of these all. */
  filters: z.array(eventFilter).max(20).default([]),
  /** Only events of this family; absent: of all, and of none. */
  family: z.string().min(1).max(40).optional(),
  /** What they are signed with. It is not shown again. */
  secret: webhookSecret,
});
export type NewSubscription = z.output<typeof newSubscription>;

export const subscription = endpointReport.extend({
  topics: z.array(z.string()),
  filters: z.array(eventFilter),
});
export type Subscription = z.infer<typeof subscription>;

/** Events that open an incident: so many of one subject within a time. */
export const eventRule = z.strictObject({
  name: slug,
  topic: topic.refine((type) => !type.startsWith("cc.chitty.incident"), "An incident's own events open no incident."),
  filters: z.array(eventFilter).max(20).default([]),
  /** So many. */
  count: z.int().min(1).max(1_000).default(1),
  withinSeconds: z
    .int()
    .min(1)
    .max(24 * 3_600)
    .default(300),
  /** An event of this topic and the same subject says that it is right again. */
  clearTopic: topic.optional(),
  incident: z.strictObject({
    title: signal.shape.title,
    severity: signal.shape.severity,
    family: signal.shape.family,
    runbook: signal.shape.runbook,
  }),
});
export type EventRule = z.output<typeof eventRule>;
