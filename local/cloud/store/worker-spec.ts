import { join } from "node:path";
import type { DurableObjectClass, WorkerBinding, WorkerSpec } from "../types.ts";
import { queues } from "./records/queues.ts";
import { bucketKey, hyperdrives, secretsStores, storeSecrets } from "./records/stores.ts";
import {
  durableObjectNamespaces,
  type ScriptRecord,
  scriptKey,
  scriptScope,
  type VersionRecord,
  workflows,
} from "./records/workers.ts";
import type { Store } from "./store-interface.ts";

/** The classes of a script after its migrations. */
function durableObjectsOf(
  store: Store,
  script: Pick<ScriptRecord, "accountId" | "dispatchNamespace" | "name">,
): DurableObjectClass[] {
  const key = scriptKey(script);
  return store
    .list(durableObjectNamespaces, script.accountId)
    .filter((namespace) => namespace.scriptKey === key)
    .map(({ className, id, sqlite }) => ({ className, id, sqlite }));
}

/** What it takes to run one version, with everything resolved that its bindings name. */
export function workerSpec(
  store: Store,
  script: ScriptRecord,
  version: VersionRecord,
  durableObjects = durableObjectsOf(store, script),
): WorkerSpec {
  return {
    key: scriptKey(script),
    accountId: script.accountId,
    scriptName: script.name,
    ...(script.dispatchNamespace === undefined ? {} : { dispatchNamespace: script.dispatchNamespace }),
    versionId: version.id,
    mainModule: version.mainModule,
    modules: version.modules.map(({ name, type, hash }) => ({ name, type, content: store.blob(hash) })),
    compatibilityDate: version.compatibilityDate,
    compatibilityFlags: version.compatibilityFlags,
    bindings: version.bindings.map((binding) => resolve(store, script, durableObjects, binding)),
    durableObjects,
    ...(version.assets
      ? {
          assets: {
            ...version.assets,
            directory: join(store.directory, version.assets.directory),
            ...namedAssetsBinding(version.bindings),
          },
        }
      : {}),
    tailConsumers: script.tailConsumers.map((consumer) => consumer.service),
    ...(version.limits?.cpu_ms === undefined ? {} : { limits: { cpu_ms: version.limits.cpu_ms } }),
  };
}

function namedAssetsBinding(bindings: WorkerBinding[]): { binding?: string } {
  const binding = bindings.find(({ type }) => type === "assets");
  return binding ? { binding: binding.name } : {};
}

/** Adds to a binding what `types.ts` promises; a binding whose target is gone stays as it is, and the runtime says so when it is used. */
function resolve(store: Store, script: ScriptRecord, own: DurableObjectClass[], binding: WorkerBinding): WorkerBinding {
  const { accountId } = script;
  const text = (field: string): string => String(binding[field] ?? "");
  switch (binding.type) {
    case "queue":
      return { ...binding, queue_id: store.byName(queues, accountId, text("queue_name"))?.id };
    case "r2_bucket": {
      const jurisdiction = text("jurisdiction") || "default";
      return { ...binding, bucket_key: bucketKey({ accountId, jurisdiction, name: text("bucket_name") }) };
    }
    case "hyperdrive":
      return { ...binding, origin: store.get(hyperdrives, accountId, text("id"))?.origin };
    case "secrets_store_secret": {
      const known = store.get(secretsStores, accountId, text("store_id"));
      return { ...binding, value: known && store.byName(storeSecrets, known.id, text("secret_name"))?.value };
    }
    case "service":
      return { ...binding, script_key: `${accountId}/${text("service")}` };
    case "durable_object_namespace":
      return { ...binding, ...durableObjectTarget(store, script, own, binding) };
    case "workflow": {
      const workflow = store.byName(workflows, accountId, text("workflow_name"));
      const scriptName = text("script_name") || workflow?.scriptName || script.name;
      const className = text("class_name") || workflow?.className;
      return { ...binding, class_name: className, script_key: `${accountId}/${scriptName}` };
    }
    default:
      return binding;
  }
}

function durableObjectTarget(
  store: Store,
  script: ScriptRecord,
  own: DurableObjectClass[],
  binding: WorkerBinding,
): { class_name?: string; script_key?: string; namespace_id?: string } {
  if (typeof binding.namespace_id === "string" && typeof binding.class_name !== "string") {
    const byId = store.get(durableObjectNamespaces, script.accountId, binding.namespace_id);
    if (byId) return { class_name: byId.className, script_key: byId.scriptKey, namespace_id: byId.id };
    const ownById = own.find(({ id }) => id === binding.namespace_id);
    return ownById ? { class_name: ownById.className, script_key: scriptKey(script), namespace_id: ownById.id } : {};
  }
  const className = String(binding.class_name ?? "");
  const scriptName = typeof binding.script_name === "string" && binding.script_name ? binding.script_name : script.name;
  if (scriptName === script.name) {
    const mine = own.find((candidate) => candidate.className === className);
    return { class_name: className, script_key: scriptKey(script), ...(mine ? { namespace_id: mine.id } : {}) };
  }
  const dispatchNamespace = typeof binding.dispatch_namespace === "string" ? binding.dispatch_namespace : undefined;
  const key = `${scriptScope(script.accountId, dispatchNamespace)}/${scriptName}`;
  const theirs = store.byName(durableObjectNamespaces, script.accountId, `${key}:${className}`);
  return { class_name: className, script_key: key, ...(theirs ? { namespace_id: theirs.id } : {}) };
}
