import type { WorkerOptions } from "miniflare";
import type { WorkerBinding } from "../types.ts";
import { pluginBinding } from "./miniflare-plugin.ts";
import type { Unit } from "./unit.ts";

/** A Worker's `env` in Miniflare's options. */
export type UnitEnvironment = NonNullable<WorkerOptions["config"]["env"]>;

/** Where the daemon listens for what workerd asks of it. */
export interface DaemonAddress {
  /** `127.0.0.1:<port>` */
  address: string;
  secret: string;
  /** Of the edge, likewise. */
  edgeAddress: string;
}

/** A Durable Object namespace that lives in another process and is reached through a class of the link Worker. */
export interface RemoteNamespace {
  namespaceId: string;
  linkClass: string;
}

/** What one unit's bindings come to. */
export interface UnitBindings {
  env: UnitEnvironment;
  remoteNamespaces: RemoteNamespace[];
}

const unavailable = new Set([
  "agent_memory",
  "ai",
  "ai_search",
  "ai_search_namespace",
  "artifacts",
  "browser",
  "browser_rendering",
  "data_blob",
  "dlp",
  "flagship",
  "images",
  "logfwdr",
  "media",
  "mtls_certificate",
  "pipelines",
  "stream",
  "text_blob",
  "vectorize",
  "vpc_network",
  "vpc_service",
  "worker_loader",
]);

/**
 * Turns the API's bindings into Miniflare's.
 * @param neighbours units that share the process; their Durable Objects are bound directly.
 */
export function unitBindings(unit: Unit, neighbours: Unit[], daemon: DaemonAddress): UnitBindings {
  const remoteNamespaces: RemoteNamespace[] = [];
  const env: UnitEnvironment = {};
  for (const binding of unit.spec.bindings) {
    if (binding.type === "durable_object_namespace") {
      const bound = durableObject(unit, binding, neighbours);
      env[binding.name] = bound.env;
      if (bound.remote) remoteNamespaces.push(bound.remote);
    } else {
      const bound = bind(unit, binding, daemon);
      if (bound) env[binding.name] = bound;
    }
  }
  return { env, remoteNamespaces };
}

function bind(unit: Unit, binding: WorkerBinding, daemon: DaemonAddress): UnitEnvironment[string] | undefined {
  const text = (field: string): string => String(binding[field] ?? "");
  switch (binding.type) {
    case "plain_text":
    case "secret_text":
      return { type: "text", value: text("text") };
    case "json":
      return { type: "json", value: binding.json as never };
    case "version_metadata":
      return { type: "json", value: { id: unit.spec.versionId, tag: "", timestamp: "" } };
    case "kv_namespace":
      return stored({ type: "kv", id: text("namespace_id") });
    case "r2_bucket":
      return stored({ type: "r2", name: r2StorageName(text("bucket_key")) });
    case "d1":
      return stored({ type: "d1", id: text("id") || text("database_id") });
    case "ratelimit":
      return stored({
        type: "rate-limit",
        namespace: `${unit.spec.accountId}:${text("namespace_id")}`,
        simple: binding.simple,
      });
    case "queue":
      return pluginBinding({
        kind: "queue",
        address: daemon.address,
        secret: daemon.secret,
        queueId: text("queue_id"),
      });
    case "service":
      return service(unit, binding);
    case "workflow": {
      const props = {
        script: text("script_key"),
        service: `workflows:${text("workflow_name")}`,
        entrypoint: "WorkflowBinding",
      };
      return pluginBinding({ kind: "workflow", link: { entrypoint: "Service", props } });
    }
    case "dispatch_namespace": {
      const props = { namespace: `${unit.spec.accountId}/${text("namespace")}` };
      return pluginBinding({
        kind: "wrapped",
        module: "dispatch-namespace",
        settings: {},
        link: { entrypoint: "Dispatch", props },
      });
    }
    case "secrets_store_secret": {
      const settings = { name: text("secret_name"), value: binding.value };
      return pluginBinding({ kind: "wrapped", module: "secrets-store-secret", settings });
    }
    case "hyperdrive":
      return hyperdrive(binding);
    case "analytics_engine":
      return { type: "analytics-engine-dataset", name: text("dataset") || binding.name };
    case "send_email":
      return sendEmail(binding);
    case "assets":
      return { type: "assets" };
    case "wasm_module":
    case "inherit":
      return undefined;
    default:
      return refuse(binding, unavailable.has(binding.type));
  }
}

function stored(binding: {
  type: "kv" | "d1" | "r2" | "rate-limit";
  [field: string]: unknown;
}): UnitEnvironment[string] {
  return pluginBinding({ kind: "stored", binding });
}

/** The name of a bucket becomes a folder. */
export function r2StorageName(bucketKey: string): string {
  return bucketKey.replaceAll("/", "~");
}

function service(unit: Unit, binding: WorkerBinding): UnitEnvironment[string] {
  const script = String(binding.script_key ?? `${unit.spec.accountId}/${String(binding.service)}`);
  const entrypoint =
    binding.entrypoint === undefined || binding.entrypoint === null ? {} : { entrypoint: String(binding.entrypoint) };
  return { type: "worker", worker: "link", exportName: "Service", props: { script, ...entrypoint } };
}

function hyperdrive(binding: WorkerBinding): UnitEnvironment[string] {
  const origin = binding.origin as Record<string, unknown> | undefined;
  if (!origin?.host) return refuse({ ...binding, type: "hyperdrive without an origin" }, true);
  const scheme = String(origin.scheme ?? "postgres") === "mysql" ? "mysql" : "postgres";
  const url = new URL(
    `${scheme}://${String(origin.host)}:${String(origin.port ?? (scheme === "mysql" ? 3306 : 5432))}`,
  );
  url.username = encodeURIComponent(String(origin.user ?? ""));
  url.password = encodeURIComponent(String(origin.password ?? ""));
  url.pathname = `/${encodeURIComponent(String(origin.database ?? ""))}`;
  const asked = origin.sslmode ?? (binding.mtls as { sslmode?: string } | undefined)?.sslmode;
  // Cloudflare's speaks TLS with every Postgres, and a laptop's may have none.
  const mode = asked ?? (scheme === "postgres" ? "prefer" : undefined);
  if (typeof mode === "string") url.searchParams.set("sslmode", mode);
  return { type: "hyperdrive", id: String(binding.id ?? binding.name), dev: { connectionString: url.href } };
}

function sendEmail(binding: WorkerBinding): UnitEnvironment[string] {
  const list = (field: string): string[] | undefined => {
    const value = binding[field];
    return Array.isArray(value) ? value.map(String) : undefined;
  };
  const allowed = list("allowed_destination_addresses");
  const senders = list("allowed_sender_addresses");
  return {
    type: "send-email",
    ...(binding.destination_address === undefined ? {} : { destinationAddress: String(binding.destination_address) }),
    ...(allowed ? { allowedDestinationAddresses: allowed } : {}),
    ...(senders ? { allowedSenderAddresses: senders } : {}),
  };
}

/** Bound, so that the program runs; whatever it calls on it fails with `unavailable locally`. */
function refuse(binding: WorkerBinding, known: boolean): UnitEnvironment[string] {
  const type = known ? binding.type : `binding of type ${binding.type}`;
  return pluginBinding({ kind: "wrapped", module: "unavailable", settings: { type, name: binding.name } });
}

function durableObject(
  unit: Unit,
  binding: WorkerBinding,
  neighbours: Unit[],
): { env: UnitEnvironment[string]; remote?: RemoteNamespace } {
  const namespaceId = binding.namespace_id;
  if (typeof namespaceId !== "string") {
    return { env: refuse({ ...binding, type: "Durable Object namespace without a class" }, true) };
  }
  const holder = [unit, ...neighbours].find(({ objects }) => objects.some(({ id }) => id === namespaceId));
  const held = holder?.objects.find(({ id }) => id === namespaceId);
  if (holder && held) return { env: { type: "durable-object", worker: holder.id, exportName: held.className } };
  const linkClass = `Remote_${namespaceId.replaceAll(/[^0-9A-Za-z]/g, "_")}`;
  return { env: { type: "durable-object", worker: "link", exportName: linkClass }, remote: { namespaceId, linkClass } };
}
