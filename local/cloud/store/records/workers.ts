import type { WorkerBinding, WorkerModule } from "../../types.ts";
import { collection } from "../collection.ts";

export interface DeploymentRecord {
  id: string;
  createdOn: string;
  source: string;
  strategy: "percentage";
  authorEmail: string;
  versions: { version_id: string; percentage: number }[];
  annotations: Record<string, string>;
}

interface TailConsumer {
  service: string;
  environment?: string | undefined;
  namespace?: string | undefined;
}

/** A script: its name, what is not versioned, and which versions are deployed. */
export interface ScriptRecord {
  accountId: string;
  dispatchNamespace?: string;
  name: string;
  /** The id of the Worker in the newer API, 32 hexadecimal digits. */
  tag: string;
  createdOn: string;
  modifiedOn: string;
  subdomain: { enabled: boolean; previews_enabled: boolean };
  schedules: { cron: string; created_on: string; modified_on: string }[];
  logpush: boolean;
  tailConsumers: TailConsumer[];
  observability: Record<string, unknown> | null;
  tags: string[];
  migrationTag?: string;
  /** The migrations that led to `migrationTag`, so that the same upload sent twice is known to be the same. */
  lastMigrations?: unknown;
  versionCount: number;
  /** Newest first; the first is the active one. Empty: a Worker without code yet. */
  deployments: DeploymentRecord[];
}

/** `<accountId>[/<dispatchNamespace>]`, within which names of scripts are unique. */
export function scriptScope(accountId: string, dispatchNamespace?: string): string {
  return dispatchNamespace === undefined ? accountId : `${accountId}/${dispatchNamespace}`;
}

/** The key of the script in `types.ts`. */
export function scriptKey(script: Pick<ScriptRecord, "accountId" | "dispatchNamespace" | "name">): string {
  return `${scriptScope(script.accountId, script.dispatchNamespace)}/${script.name}`;
}

export const scripts = collection({
  kind: "script",
  scope: (script: ScriptRecord) => scriptScope(script.accountId, script.dispatchNamespace),
  id: (script) => script.name,
  name: (script) => script.tag,
});

/** A module whose content is kept as a blob. */
export interface StoredModule extends Pick<WorkerModule, "name" | "type"> {
  hash: string;
  size: number;
}

export interface VersionRecord {
  scriptKey: string;
  id: string;
  number: number;
  createdOn: string;
  source: string;
  authorEmail: string;
  annotations: Record<string, string>;
  mainModule: string;
  modules: StoredModule[];
  /** Changes with the code: sha256 over the modules. */
  etag: string;
  compatibilityDate: string;
  compatibilityFlags: string[];
  usageModel: string;
  limits?: { cpu_ms?: number | undefined; subrequests?: number | undefined } | undefined;
  placement?: Record<string, unknown> | undefined;
  /** In the shape of the API, sorted by nothing: the order of the upload; secrets with their values. */
  bindings: WorkerBinding[];
  /** `directory` is relative to the store's. */
  assets?: { directory: string; config: Record<string, unknown> };
  handlers: string[];
  classes: string[];
  startupTimeMs: number;
}

export const versions = collection({
  kind: "version",
  scope: (version: VersionRecord) => version.scriptKey,
  id: (version) => version.id,
});

export interface DurableObjectNamespaceRecord {
  id: string;
  accountId: string;
  scriptKey: string;
  scriptName: string;
  className: string;
  sqlite: boolean;
}

export const durableObjectNamespaces = collection({
  kind: "durable-object-namespace",
  scope: (namespace: DurableObjectNamespaceRecord) => namespace.accountId,
  id: (namespace) => namespace.id,
  name: (namespace) => `${namespace.scriptKey}:${namespace.className}`,
});

export interface RouteRecord {
  id: string;
  zoneId: string;
  pattern: string;
  script?: string | undefined;
}

export const routes = collection({
  kind: "route",
  scope: (route: RouteRecord) => route.zoneId,
  id: (route) => route.id,
  name: (route) => route.pattern,
});

export interface DomainRecord {
  id: string;
  accountId: string;
  hostname: string;
  service: string;
  environment: string;
  zoneId: string;
  zoneName: string;
  certId: string;
}

export const domains = collection({
  kind: "domain",
  scope: (domain: DomainRecord) => domain.accountId,
  id: (domain) => domain.id,
  name: (domain) => domain.hostname,
});

export interface WorkflowRecord {
  id: string;
  accountId: string;
  name: string;
  scriptName: string;
  className: string;
  createdOn: string;
  modifiedOn: string;
  versionId: string;
  limits?: Record<string, unknown> | undefined;
}

export const workflows = collection({
  kind: "workflow",
  scope: (workflow: WorkflowRecord) => workflow.accountId,
  id: (workflow) => workflow.id,
  name: (workflow) => workflow.name,
});
