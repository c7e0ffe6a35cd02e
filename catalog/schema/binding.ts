import { z } from "zod";
import { className, kebabName, variableName } from "./names.ts";

/**
 * A store is known by the service that owns it and a name (`store`; the default is the binding's name in kebab case).
 * Two bindings with the same owner and store are one store under two names.
 */
const storeFields = {
  /** Name of the variable in the Worker's `env`. */
  name: variableName,
  /** Name of the store within its owner, e.g. `cache`. Default: the binding's name in kebab case. */
  store: kebabName.optional(),
  /** The service that declares the store, when it is another one than this. */
  owner: kebabName.optional(),
  /** Nobody here makes the store: it is bound by `id` as it is found in the account. */
  external: z.literal(true).optional(),
  /** Of an external store: the id Cloudflare gave it (KV, D1, Hyperdrive, secrets store) or its name (the others). */
  id: z.string().min(1).optional(),
  /** Several environments use this one external store on purpose. */
  shared: z.literal(true).optional(),
};

const jurisdiction = z.enum(["eu", "fedramp", "fedramp-high"]);
const locationHint = z.enum(["wnam", "enam", "weur", "eeur", "apac", "oc"]);

const named = { name: variableName };

/** Source: https://developers.cloudflare.com/workers/runtime-apis/bindings/ ; kinds are written in Cloudflare's words. */
export const bindingSchemas = {
  kv: z.strictObject({ kind: z.literal("kv"), ...storeFields }),
  r2: z.strictObject({
    kind: z.literal("r2"),
    ...storeFields,
    jurisdiction: jurisdiction.optional(),
    locationHint: locationHint.optional(),
  }),
  d1: z.strictObject({
    kind: z.literal("d1"),
    ...storeFields,
    jurisdiction: z.enum(["eu", "fedramp"]).optional(),
    locationHint: locationHint.optional(),
  }),
  /** A producer: makes the queue, and its dead letter queue where `deadLetter` names one. */
  queue: z.strictObject({
    kind: z.literal("queue"),
    ...storeFields,
    /** Store name of the queue that takes what its consumer gave up on, e.g. `events-dead`. */
    deadLetter: kebabName.optional(),
    /** Seconds before a message can be taken, 0 to 43,200. */
    deliveryDelay: z.int().min(0).max(43_200).optional(),
  }),
  /**
   * Makes this Worker the consumer of a queue. `name` identifies the entry in overrides; a consumer is no variable at runtime.
   * The dead letter queue is the one that the queue's producer declares.
   */
  "queue-consumer": z.strictObject({
    kind: z.literal("queue-consumer"),
    ...named,
    /** Store name of the queue. */
    store: kebabName,
    owner: kebabName.optional(),
    /** Messages in one batch, 1 to 100. */
    maxBatchSize: z.int().min(1).max(100).optional(),
    /** Seconds that a batch waits to fill, 0 to 60. */
    maxBatchTimeout: z.int().min(0).max(60).optional(),
    /** Deliveries after the first one before the dead letter queue takes a message, 0 to 100. */
    maxRetries: z.int().min(0).max(100).optional(),
    /** Seconds before a failed message is delivered again. */
    retryDelay: z.int().min(0).max(43_200).optional(),
    maxConcurrency: z.int().min(1).max(250).optional(),
  }),
  service: z.strictObject({
    kind: z.literal("service"),
    ...named,
    /** Name of the service in the catalog, or of the script when `external`. */
    service: kebabName,
    entrypoint: className.optional(),
    /** The script belongs to nobody here: it is bound by name, and only a stand-in answers in `local`. */
    external: z.literal(true).optional(),
  }),
  "durable-object": z.strictObject({
    kind: z.literal("durable-object"),
    ...named,
    className,
    /** The service whose script exports the class, when it is another one than this. */
    service: kebabName.optional(),
  }),
  hyperdrive: z.strictObject({
    kind: z.literal("hyperdrive"),
    ...named,
    /** Name of a database of this service, or of `owner`. Each binding gets a configuration of its own. */
    database: kebabName,
    /** The service that declares the database, when it is another one than this. */
    owner: kebabName.optional(),
    /** Whether Hyperdrive may answer a read from its cache. */
    caching: z.boolean().optional(),
  }),
  /** A secret that is bound as text. Default of `secret`: the binding's name. */
  secret: z.strictObject({ kind: z.literal("secret"), ...named, secret: variableName.optional() }),
  /** A secret that is bound through the account's Secrets Store. Default of `secret`: the binding's name. */
  "secrets-store": z.strictObject({ kind: z.literal("secrets-store"), ...named, secret: variableName.optional() }),
  /** `{environment}` and `{domain}` within the value stand for those of the environment. Never a secret. */
  var: z.strictObject({ kind: z.literal("var"), ...named, value: z.string() }),
  json: z.strictObject({ kind: z.literal("json"), ...named, value: z.json() }),
  ai: z.strictObject({ kind: z.literal("ai"), ...named }),
  /** The provider has no resource for an index: it is made once by hand, and bound by name. */
  vectorize: z.strictObject({ kind: z.literal("vectorize"), ...named, index: kebabName }),
  browser: z.strictObject({ kind: z.literal("browser"), ...named }),
  images: z.strictObject({ kind: z.literal("images"), ...named }),
  /** A dataset exists as soon as something is written to it. */
  "analytics-engine": z.strictObject({ kind: z.literal("analytics-engine"), ...named, dataset: kebabName }),
  ratelimit: z.strictObject({
    kind: z.literal("ratelimit"),
    ...named,
    /** Requests within the period. */
    limit: z.int().min(1),
    /** Seconds. */
    period: z.literal([10, 60]),
  }),
  "send-email": z.strictObject({
    kind: z.literal("send-email"),
    ...named,
    /** The only address that can be written to; absent: every verified one. */
    destinationAddress: z.email().optional(),
    allowedSenderAddresses: z.array(z.email()).optional(),
  }),
  workflow: z.strictObject({
    kind: z.literal("workflow"),
    ...named,
    className,
    /** Default: the binding's name in kebab case. */
    workflow: kebabName.optional(),
    /** The service whose script exports the class, when it is another one than this. */
    service: kebabName.optional(),
  }),
  "version-metadata": z.strictObject({ kind: z.literal("version-metadata"), ...named }),
  "dispatch-namespace": z.strictObject({ kind: z.literal("dispatch-namespace"), ...storeFields }),
  /** The Worker's own static files, see `assets` of its hosting. */
  assets: z.strictObject({ kind: z.literal("assets"), ...named }),
} as const;

export const binding = z.discriminatedUnion("kind", [
  bindingSchemas.kv,
  bindingSchemas.r2,
  bindingSchemas.d1,
  bindingSchemas.queue,
  bindingSchemas["queue-consumer"],
  bindingSchemas.service,
  bindingSchemas["durable-object"],
  bindingSchemas.hyperdrive,
  bindingSchemas.secret,
  bindingSchemas["secrets-store"],
  bindingSchemas.var,
  bindingSchemas.json,
  bindingSchemas.ai,
  bindingSchemas.vectorize,
  bindingSchemas.browser,
  bindingSchemas.images,
  bindingSchemas["analytics-engine"],
  bindingSchemas.ratelimit,
  bindingSchemas["send-email"],
  bindingSchemas.workflow,
  bindingSchemas["version-metadata"],
  bindingSchemas["dispatch-namespace"],
  bindingSchemas.assets,
]);

/** A binding as a service declares it. */
export type BindingSpec = z.infer<typeof binding>;
