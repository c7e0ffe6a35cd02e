/**
 * The seam inside the embedded cloud: the control API (`control/`) decides *what should run* and writes it to the store;
 * the runtime (`runtime/`) makes workerd run it and gives the control API access to the data planes.
 */

/** A module of an uploaded script; `name` is the part name of the multipart upload, e.g. `index.js` or `lib/a.mjs`. */
export interface WorkerModule {
  name: string;
  type: "esm" | "commonjs" | "wasm" | "text" | "data" | "json" | "python" | "sourcemap";
  content: Uint8Array;
}

/**
 * One binding in the shape of Cloudflare's API (`type`, `name`, and the fields of that type; snake_case), with what it names resolved:
 * `queue` carries `queue_id`, `r2_bucket` carries `bucket_key` (the argument of `Runtime.r2`), `hyperdrive` carries `origin` with its password,
 * `secrets_store_secret` carries `value`, `secret_text` its `text`, `service` carries `script_key`, `durable_object_namespace` carries
 * `class_name`, `script_key` and `namespace_id`, `workflow` carries `class_name` and `script_key`, `d1` carries `id`.
 */
export interface WorkerBinding {
  type: string;
  name: string;
  [field: string]: unknown;
}

/** A Durable Object class of a script after all its migrations. `id` is the namespace id the API shows. */
export interface DurableObjectClass {
  className: string;
  id: string;
  sqlite: boolean;
}

/** Static assets of a script: the directory holds files under their request path; `config` is the API's `assets.config`. */
export interface WorkerAssets {
  directory: string;
  binding?: string;
  config: Record<string, unknown>;
}

/** Everything needed to run one version of one script. */
export interface WorkerSpec {
  /** `<accountId>/<scriptName>`, or `<accountId>/<dispatchNamespace>/<scriptName>`. */
  key: string;
  accountId: string;
  scriptName: string;
  dispatchNamespace?: string;
  versionId: string;
  mainModule: string;
  modules: WorkerModule[];
  compatibilityDate: string;
  compatibilityFlags: string[];
  bindings: WorkerBinding[];
  durableObjects: DurableObjectClass[];
  assets?: WorkerAssets;
  /** Names of tail consumers in the same account. */
  tailConsumers: string[];
  limits?: { cpu_ms?: number };
}

/** Share of requests in percent that a version of a script answers; the percentages of a script add up to 100. */
interface DeployedVersion {
  spec: WorkerSpec;
  percentage: number;
}

/** A script as deployed now. */
export interface DeployedScript {
  key: string;
  accountId: string;
  scriptName: string;
  versions: DeployedVersion[];
  /** Cron expressions, five fields, UTC. */
  crons: string[];
  /** `<scriptName>.<account subdomain>.workers.dev`-like hostnames where the script answers without a route. */
  subdomainHosts: string[];
}

interface DeployedRoute {
  zoneId: string;
  zoneName: string;
  /** Cloudflare's route pattern, e.g. `finance.chitty.cc/*` or `*.chitty.cc/api/*`. */
  pattern: string;
  /** Absent: the route switches Workers off for the pattern. */
  scriptKey?: string;
}

interface DeployedDomain {
  hostname: string;
  scriptKey: string;
}

export interface DeployedQueue {
  accountId: string;
  id: string;
  name: string;
  deliveryDelay: number;
  deliveryPaused: boolean;
  consumers: {
    id: string;
    scriptKey: string;
    maxBatchSize: number;
    maxBatchTimeout: number;
    maxRetries: number;
    retryDelay: number;
    deadLetterQueue?: string;
    maxConcurrency?: number;
  }[];
}

/** A bucket that does something of its own when Workers change its objects. */
export interface DeployedBucket {
  accountId: string;
  /** The argument of `Runtime.r2`. */
  key: string;
  name: string;
  /** Rules that keep objects from being deleted or overwritten. */
  locks: BucketLock[];
  /** Queues that are told about changes. */
  notifications: { queueId: string; rules: { actions: string[]; prefix?: string; suffix?: string }[] }[];
}

export interface BucketLock {
  enabled: boolean;
  prefix: string;
  condition: { type: "Age"; maxAgeSeconds: number } | { type: "Date"; date: string } | { type: "Indefinite" };
}

/** The whole desired state of the Workers platform, read from the store in one transaction. */
export interface DesiredState {
  scripts: DeployedScript[];
  routes: DeployedRoute[];
  domains: DeployedDomain[];
  queues: DeployedQueue[];
  /** Those with locks or notifications. */
  buckets: DeployedBucket[];
}

/** What became of trying a script. */
export type TryResult =
  | {
      ok: true;
      /** Names of the handlers of the default export, e.g. `fetch`, `scheduled`. */
      handlers: string[];
      /** Exported classes. */
      classes: string[];
    }
  | {
      ok: false;
      /** What workerd printed, e.g. `Uncaught ReferenceError: x is not defined`, with where. */
      message: string;
    };

/** Time inside the embedded cloud: real time plus what was advanced by hand. */
export interface LocalClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Moves time forward; resolves when the crons and alarms that became due have been fired. */
  advance(milliseconds: number): Promise<void>;
}

export interface KvEntry {
  value: Uint8Array;
  metadata?: unknown;
  /** Seconds since the epoch. */
  expiration?: number;
}

/** What the control API asks of the runtime. Data survives a restart and a kill -9 once a promise here has resolved. */
export interface Runtime {
  /** Starts the script alone in a throwaway workerd; never touches what runs. */
  tryWorker(spec: WorkerSpec): Promise<TryResult>;
  /**
   * Tells the runtime that the desired state in the store has changed; returns at once. Calls are coalesced: a burst of uploads costs
   * few reloads. The edge holds requests to a script whose newest version is not serving yet; other scripts keep answering.
   */
  desiredStateChanged(): void;
  /** Resolves when everything that was desired at the time of the call is serving (or quarantined). */
  settled(): Promise<void>;
  kv(namespaceId: string): {
    get(key: string): Promise<KvEntry | undefined>;
    put(key: string, entry: KvEntry): Promise<void>;
    delete(key: string): Promise<void>;
    list(options: { prefix?: string; limit?: number; cursor?: string }): Promise<{
      keys: { name: string; expiration?: number; metadata?: unknown }[];
      cursor?: string;
    }>;
  };
  r2(bucketKey: string): {
    isEmpty(): Promise<boolean>;
    get(
      key: string,
    ): Promise<{ body: Uint8Array; httpMetadata: Record<string, string>; etag: string; uploaded: Date } | undefined>;
    put(key: string, body: Uint8Array, httpMetadata?: Record<string, string>): Promise<{ etag: string }>;
    delete(key: string): Promise<void>;
    list(options: { prefix?: string; limit?: number; cursor?: string; delimiter?: string }): Promise<{
      objects: { key: string; size: number; etag: string; uploaded: Date }[];
      cursor?: string;
      delimitedPrefixes: string[];
    }>;
  };
  d1(databaseId: string): {
    query(
      sql: string,
      params: unknown[],
    ): Promise<{ results: Record<string, unknown>[]; columns: string[]; meta: Record<string, unknown> }[]>;
  };
  queue(queueId: string): {
    send(
      messages: { body: unknown; contentType: "text" | "json" | "bytes" | "v8"; delaySeconds?: number }[],
    ): Promise<void>;
  };
  /** Forgets the stored data of a deleted store, so that its id can never show old data. */
  dropStorage(kind: "kv" | "r2" | "d1" | "queue" | "durable-object", id: string): Promise<void>;
}
