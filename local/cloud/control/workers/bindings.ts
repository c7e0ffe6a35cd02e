import { queues } from "../../store/records/queues.ts";
import {
  d1Databases,
  hyperdrives,
  kvNamespaces,
  r2Buckets,
  secretsStores,
  storeSecrets,
} from "../../store/records/stores.ts";
import { durableObjectNamespaces, scriptScope, scripts } from "../../store/records/workers.ts";
import type { Store } from "../../store/store.ts";
import type { DurableObjectClass, WorkerBinding } from "../../types.ts";
import { ApiError, type ApiProblem } from "../api-error.ts";
import { dispatchNamespaces } from "./dispatch-namespace-record.ts";

/** Where a binding is checked: the script that has it, and the classes this script will have. */
export interface BindingContext {
  store: Store;
  accountId: string;
  scriptName: string;
  durableObjects: DurableObjectClass[];
  /** Exported by the new code; what is bound must be among them. */
  classes: string[] | undefined;
}

type Check = (binding: WorkerBinding, context: BindingContext) => ApiProblem | undefined;

interface BindingRule {
  /** Fields without which the binding means nothing. */
  required?: string[];
  /** Whether what it names exists. */
  check?: Check;
}

const missing = (code: number, message: string): ApiProblem => ({ code, message });
const text = (binding: WorkerBinding, field: string): string => String(binding[field] ?? "");

/** One entry per type of https://developers.cloudflare.com/workers/configuration/multipart-upload-metadata/#bindings; codes as seen in public reports. */
const rules: Record<string, BindingRule> = {
  ai: {},
  ai_search: {},
  ai_search_namespace: {},
  agent_memory: {},
  analytics_engine: { required: ["dataset"] },
  artifacts: {},
  assets: {},
  browser: {},
  d1: {
    required: ["id"],
    check: (binding, { store, accountId }) =>
      store.get(d1Databases, accountId, text(binding, "id"))
        ? undefined
        : missing(
            10181,
            `D1 binding '${binding.name}' references database '${text(binding, "id")}' which was not found.`,
          ),
  },
  dispatch_namespace: {
    required: ["namespace"],
    check: (binding, { store, accountId }) =>
      store.get(dispatchNamespaces, accountId, text(binding, "namespace"))
        ? undefined
        : missing(100119, `Dispatch namespace '${text(binding, "namespace")}' not found.`),
  },
  durable_object_namespace: { check: checkDurableObject },
  flagship: {},
  hyperdrive: {
    required: ["id"],
    check: (binding, { store, accountId }) =>
      store.get(hyperdrives, accountId, text(binding, "id"))
        ? undefined
        : missing(10157, `Hyperdrive config '${text(binding, "id")}' not found.`),
  },
  images: {},
  inherit: {},
  json: { required: ["json"] },
  kv_namespace: {
    required: ["namespace_id"],
    check: (binding, { store, accountId }) =>
      store.get(kvNamespaces, accountId, text(binding, "namespace_id"))
        ? undefined
        : missing(10041, `KV namespace '${text(binding, "namespace_id")}' not found.`),
  },
  logfwdr: {},
  media: {},
  mtls_certificate: { required: ["certificate_id"] },
  pipelines: { required: ["pipeline"] },
  plain_text: { required: ["text"] },
  queue: {
    required: ["queue_name"],
    check: (binding, { store, accountId }) =>
      store.byName(queues, accountId, text(binding, "queue_name"))
        ? undefined
        : missing(11000, `Queue '${text(binding, "queue_name")}' not found.`),
  },
  r2_bucket: {
    required: ["bucket_name"],
    check: (binding, { store, accountId }) =>
      store.get(r2Buckets, accountId, `${text(binding, "jurisdiction") || "default"}/${text(binding, "bucket_name")}`)
        ? undefined
        : missing(
            10085,
            `R2 bucket '${text(binding, "bucket_name")}' not found. Please use a different name and try again.`,
          ),
  },
  ratelimit: { required: ["namespace_id", "simple"] },
  secret_key: { required: ["format", "algorithm", "usages"] },
  secret_text: { required: ["text"] },
  secrets_store_secret: {
    required: ["store_id", "secret_name"],
    check: (binding, { store, accountId }) => {
      const known = store.get(secretsStores, accountId, text(binding, "store_id"));
      return known && store.byName(storeSecrets, known.id, text(binding, "secret_name"))
        ? undefined
        : missing(
            10182,
            `Secrets Store binding '${binding.name}' references secret '${text(binding, "secret_name")}' of store '${text(binding, "store_id")}' which was not found.`,
          );
    },
  },
  send_email: {},
  service: {
    required: ["service"],
    check: (binding, { store, accountId, scriptName }) =>
      text(binding, "service") === scriptName || store.get(scripts, accountId, text(binding, "service"))
        ? undefined
        : missing(
            10143,
            `Service binding '${binding.name}' references Worker '${text(binding, "service")}' which was not found.`,
          ),
  },
  stream: {},
  unsafe_hello_world: {},
  vectorize: { required: ["index_name"] },
  version_metadata: {},
  vpc_network: {},
  vpc_service: {},
  websearch: {},
  worker_loader: {},
  workflow: { required: ["workflow_name"] },
};

function checkDurableObject(binding: WorkerBinding, context: BindingContext): ApiProblem | undefined {
  const { store, accountId } = context;
  if (typeof binding.namespace_id === "string" && binding.class_name === undefined) {
    return store.get(durableObjectNamespaces, accountId, binding.namespace_id)
      ? undefined
      : missing(10066, `Durable Object namespace '${binding.namespace_id}' not found.`);
  }
  const className = text(binding, "class_name");
  if (className === "")
    return missing(10021, `binding ${binding.name} of type ${binding.type} must have a valid \`class_name\` specified`);
  const scriptName = text(binding, "script_name") || context.scriptName;
  if (scriptName === context.scriptName) {
    if (context.durableObjects.some((owned) => owned.className === className)) return undefined;
    return context.classes?.includes(className) === false
      ? missing(10061, `Cannot create binding for class '${className}' that is not exported by the script.`)
      : missing(
          10061,
          `Cannot create binding for class '${className}' because it is not currently configured to implement Durable Objects. Configure a migration to add this class.`,
        );
  }
  const scope = scriptScope(accountId, text(binding, "dispatch_namespace") || undefined);
  if (!store.get(scripts, scope, scriptName)) {
    return missing(
      10061,
      `Cannot create binding for class '${className}' in script '${scriptName}' that does not exist.`,
    );
  }
  return store.byName(durableObjectNamespaces, accountId, `${scope}/${scriptName}:${className}`)
    ? undefined
    : missing(
        10061,
        `Cannot create binding for class '${className}' in script '${scriptName}' because it is not currently configured to implement Durable Objects.`,
      );
}

/** `database_id` is how older clients name a D1 database. */
export function normaliseBinding(binding: WorkerBinding): WorkerBinding {
  if (binding.type === "d1" && binding.id === undefined && binding.database_id !== undefined) {
    const { database_id, ...rest } = binding;
    return { ...rest, id: database_id };
  }
  return binding;
}

/**
 * Checks all bindings of a script; every problem is reported.
 * @throws {ApiError} 400 with the code of the first problem.
 */
export function checkBindings(bindings: WorkerBinding[], context: BindingContext): void {
  const seen = new Set<string>();
  const problems = bindings.flatMap((binding) => {
    const taken = seen.has(binding.name);
    seen.add(binding.name);
    if (taken)
      return missing(
        10053,
        `Binding name '${binding.name}' already in use. Please use a different name and try again.`,
      );
    return problemOf(binding, context) ?? [];
  });
  const [first, ...more] = problems;
  if (first) throw new ApiError(400, first.code, first.message, more);
}

function problemOf(binding: WorkerBinding, context: BindingContext): ApiProblem | undefined {
  const rule = rules[binding.type];
  if (!rule) return missing(10021, `binding ${binding.name} has the unknown type ${binding.type}`);
  const absent = rule.required?.find((field) => binding[field] === undefined || binding[field] === null);
  if (absent !== undefined)
    return missing(10021, `binding ${binding.name} of type ${binding.type} must have a valid \`${absent}\` specified`);
  return rule.check?.(binding, context);
}

/** A binding as the API shows it: never the value of a secret. */
export function shownBinding(binding: WorkerBinding): WorkerBinding {
  if (binding.type === "secret_text") return { name: binding.name, type: binding.type };
  if (binding.type === "secret_key") {
    const { key_base64: _base64, key_jwk: _jwk, ...shown } = binding;
    return shown as WorkerBinding;
  }
  return binding;
}
