import type { Environment } from "./environments.ts";
import type { Place } from "./families.ts";
import type { BindingSpec } from "./schema/binding.ts";
import type { HostingSpec, MigrationSpec, WorkerSpec } from "./schema/hosting.ts";
import type { ServiceSpec } from "./schema/service.ts";

/** Something that holds data or configuration, made once for the service that owns it. */
export type ResolvedStore = {
  /** `<owner>/<kind>/<store>`, unique within the account and environment. */
  key: string;
  owner: string;
  store: string;
  physicalName: string;
} & (
  | { kind: "kv" | "dispatch-namespace" }
  | { kind: "r2"; jurisdiction?: string | undefined; locationHint?: string | undefined }
  | { kind: "d1"; jurisdiction?: string | undefined; locationHint?: string | undefined }
  | {
      kind: "queue";
      /** Seconds. */
      deliveryDelay: number;
      /** Key of the dead letter queue. */
      deadLetter?: string | undefined;
    }
  | {
      kind: "hyperdrive";
      /** Name of the database, and of the instance that declares it. */
      database: string;
      databaseOwner: string;
      caching: boolean;
    }
);
export type StoreKind = ResolvedStore["kind"];

/**
 * What a binding of a store points at: a store of this program by its key, or an existing one by the cloud's id, which several environments
 * may share on purpose.
 */
export type StoreTarget = { store: string } | { id: string; shared?: true };

type Declared<Kind extends BindingSpec["kind"]> = Extract<BindingSpec, { kind: Kind }>;

/** A binding with every name resolved. The kinds are those of `BindingSpec`. */
export type ResolvedBinding =
  | { kind: "kv" | "r2" | "d1" | "queue" | "dispatch-namespace" | "hyperdrive"; name: string; target: StoreTarget }
  | {
      kind: "queue-consumer";
      name: string;
      /** Key of the queue, and of the one that takes its dead letters. */
      store: string;
      deadLetter?: string | undefined;
      maxBatchSize: number;
      /** Seconds. */
      maxBatchTimeout: number;
      maxRetries: number;
      /** Seconds. */
      retryDelay: number;
      maxConcurrency?: number | undefined;
    }
  | {
      kind: "service";
      name: string;
      service: string;
      scriptName: string;
      external: boolean;
      entrypoint?: string | undefined;
    }
  | {
      kind: "durable-object";
      name: string;
      className: string;
      /** Absent: this script's own class. */
      scriptName?: string | undefined;
    }
  | {
      kind: "workflow";
      name: string;
      className: string;
      workflowName: string;
      /** Absent: this script's own class. */
      scriptName?: string | undefined;
    }
  | {
      kind: "secret";
      name: string;
      /** Key of the secret. */
      secret: string;
    }
  | {
      kind: "secrets-store";
      name: string;
      secret: string;
      /** Name of the entry in the account's store. */
      entry: string;
    }
  | { kind: "vectorize"; name: string; indexName: string }
  | { kind: "analytics-engine"; name: string; dataset: string }
  | {
      kind: "ratelimit";
      name: string;
      /** A number, unique in the account. */
      namespaceId: string;
      limit: number;
      period: 10 | 60;
    }
  | Declared<"send-email" | "var" | "json" | "ai" | "browser" | "images" | "version-metadata" | "assets">;

export type ResolvedSecret = {
  /** `<service>/<NAME>`, or `shared/<NAME>` where all services that declare it get one value. */
  key: string;
  name: string;
  shared: boolean;
} & (
  | { source: "generated"; length: number; rotateEvery?: string | undefined }
  | {
      source: "provided";
      /** Variable of the run's environment that holds it. */
      variable: string;
      rotateEvery?: string | undefined;
    }
  | {
      source: "output";
      /** Name of the database, and of the instance that declares it. */
      database: string;
      databaseOwner: string;
      /** Whose connection it is. */
      role: "runtime" | "owner";
    }
);

/** Times in seconds, sizes in bytes, as Neon's API has them. */
export interface ResolvedDatabase {
  name: string;
  /** Name of the Neon project. */
  physicalName: string;
  /** Relative to the repository, as is `seeds`. */
  migrations?: { folder: string; kind: "sql" | "drizzle" } | undefined;
  seeds?: string | undefined;
  extensions: readonly string[];
  region: string;
  postgresVersion: number;
  endpoint: {
    minCu: number;
    maxCu: number;
    /** -1: never. */
    suspendSeconds: number;
  };
  /** Of a month; 0: unlimited. */
  quota: { computeSeconds: number; storageBytes: number; writtenBytes: number; transferBytes: number };
  retentionSeconds: number;
  /** Empty: everybody who knows a password. */
  allowedIps: readonly string[];
  /** Absent: none are made by themselves. */
  backup?: ResolvedBackup | undefined;
  roles: { owner: string; runtime: string };
  /** Neither deleted, replaced nor seeded. */
  protected: boolean;
}

interface ResolvedBackup {
  everySeconds: number;
  keepSeconds: number;
  destination: "r2";
  snapshots?: { frequency: "hourly" | "daily" | "weekly" | "monthly"; keepSeconds: number } | undefined;
}

/** The Worker to deploy for a service. */
export interface ResolvedWorker {
  scriptName: string;
  /** Absent: the shell Worker. */
  artifact?: NonNullable<WorkerSpec["artifact"]> | undefined;
  compatibilityDate: string;
  compatibilityFlags: readonly string[];
  limits?: { cpuMs: number } | undefined;
  placement: "off" | "smart";
  observability: { enabled: boolean; headSamplingRate: number };
  assets?: NonNullable<WorkerSpec["assets"]> | undefined;
  migrations: readonly MigrationSpec[];
  /** What the script has to export for its own bindings and for those of others, each list sorted. */
  exports: { durableObjects: readonly string[]; workflows: readonly string[]; entrypoints: readonly string[] };
  /** Script names, in the same account. */
  tailConsumers: readonly string[];
}

export interface ResolvedService {
  name: string;
  /** The name, or `<name>-<family>` where another family runs its own instance; names at the cloud begin with it. */
  instance: string;
  short: string;
  description: string;
  /** `chittycanon://core/services/<name>` */
  uri: string;
  family: string;
  tier: ServiceSpec["tier"];
  owner: string;
  dataClass: ServiceSpec["dataClass"];
  /** Where the service itself runs. */
  hosting: HostingSpec;
  /** The Worker to deploy for it; absent where the service runs elsewhere and is only registered and watched. */
  worker?: ResolvedWorker | undefined;
  /** Where it is reached, without a port; absent for a package that runs nowhere. */
  url?: string | undefined;
  health: { path: string; expect: string };
  /** Path at which it speaks the Model Context Protocol. */
  mcp?: string | undefined;
  /** Custom domains of the Worker, the one of `url` first. */
  hosts: readonly string[];
  routes: readonly string[];
  /** Schedules to create, in UTC. */
  crons: readonly string[];
  /** Schedules that wait for the artifact. */
  heldCrons: readonly string[];
  /** Sorted by name. */
  bindings: readonly ResolvedBinding[];
  /** What this service owns and its component makes, sorted by key. */
  stores: readonly ResolvedStore[];
  databases: readonly ResolvedDatabase[];
  /** Sorted by name. */
  secrets: readonly ResolvedSecret[];
}

/** Everything a family runs in an environment. Complete: nothing is left to a default of the cloud. Frozen. */
export interface ResolvedEstate {
  environment: Environment;
  family: string;
  place: Place;
  /** Whether this stack owns the settings of its zone. */
  ownsZone: boolean;
  /** In an order in which each service comes after the ones it binds, as far as cycles allow; see `shellFirst`. */
  services: readonly ResolvedService[];
  /** Services that others bind before they are deployed: a shell Worker has to exist first under their name. */
  shellFirst: readonly string[];
  /** Services whose references form a cycle; allowed, and broken by `shellFirst`. */
  cycles: readonly (readonly string[])[];
  /** Scripts that are bound and that nobody here deploys, sorted by name. */
  externalScripts: readonly string[];
}
