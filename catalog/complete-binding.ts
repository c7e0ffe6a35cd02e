import { createHash } from "node:crypto";
import { isSensitive } from "./data-classes.ts";
import { consumerDefaults } from "./defaults.ts";
import { environments } from "./environments.ts";
import { kebabCase, physicalName } from "./physical-name.ts";
import type { ResolvedBinding, ResolvedStore, StoreKind, StoreTarget } from "./resolved.ts";
import type { BindingSpec } from "./schema/binding.ts";
import type { Merged, Surroundings } from "./surroundings.ts";

/** Name of a store within its owner. */
export function storeName(binding: { name: string; store?: string | undefined }): string {
  return binding.store ?? kebabCase(binding.name);
}

/** Names of the services that have to exist before a Worker with this binding can be deployed. */
export function dependenciesOf(binding: BindingSpec): string[] {
  switch (binding.kind) {
    case "service":
      return binding.external ? [] : [binding.service];
    case "durable-object":
    case "workflow":
      return binding.service === undefined ? [] : [binding.service];
    default:
      return [];
  }
}

/** Whether the database that is bound belongs to a service of a sensitive class. */
export function sensitiveDatabase(
  { owner }: { owner?: string | undefined },
  merged: Merged,
  around: Surroundings,
): boolean {
  const declaring = owner === undefined ? merged : around.find(owner);
  return declaring !== undefined && isSensitive(declaring.spec.dataClass);
}

/** What a binding has made for it, if its service owns that: the store, and with a queue its dead letter queue. */
export function storeOf(binding: BindingSpec, merged: Merged, around: Surroundings): ResolvedStore[] {
  const { instance } = merged;
  const identity = (kind: StoreKind, store: string) => ({
    key: `${instance}/${kind}/${store}`,
    owner: instance,
    store,
    physicalName: physicalName(instance, store, around.environment),
  });
  if (binding.kind === "hyperdrive") {
    const { kind, database, owner } = binding;
    const databaseOwner = owner === undefined ? instance : around.instance(owner);
    // What a cache answers, nobody can call back.
    const caching =
      binding.caching ?? !(isSensitive(merged.spec.dataClass) || sensitiveDatabase(binding, merged, around));
    return [{ kind, ...identity(kind, kebabCase(binding.name)), database, databaseOwner, caching }];
  }
  if (("external" in binding && binding.external) || ("owner" in binding && binding.owner !== undefined)) return [];
  switch (binding.kind) {
    case "kv":
    case "dispatch-namespace":
      return [{ kind: binding.kind, ...identity(binding.kind, storeName(binding)) }];
    case "r2":
    case "d1": {
      const { kind, jurisdiction, locationHint } = binding;
      return [{ kind, ...identity(kind, storeName(binding)), jurisdiction, locationHint }];
    }
    case "queue": {
      const { deadLetter, deliveryDelay = 0 } = binding;
      const queue = { kind: binding.kind, ...identity("queue", storeName(binding)), deliveryDelay };
      if (deadLetter === undefined) return [queue];
      const dead = { kind: binding.kind, ...identity("queue", deadLetter), deliveryDelay: 0 };
      return [{ ...queue, deadLetter: dead.key }, dead];
    }
    default:
      return [];
  }
}

/** A number that is the same for the same name, below 2^31, for namespaces that Cloudflare knows by a number. */
function numberOf(name: string): string {
  return String(createHash("sha256").update(name).digest().readUInt32BE(0) >>> 1);
}

/** A binding with every name and default filled in. A service that does not exist is taken by its name. */
export function completeBinding(binding: BindingSpec, merged: Merged, around: Surroundings): ResolvedBinding {
  const { environment } = around;
  const instanceOf = (owner: string | undefined) => (owner === undefined ? merged.instance : around.instance(owner));
  const foreignScript = (service: string | undefined) =>
    service === undefined ? undefined : around.scriptName(service);
  const { name } = binding;
  switch (binding.kind) {
    case "kv":
    case "r2":
    case "d1":
    case "queue":
    case "dispatch-namespace": {
      const target: StoreTarget =
        binding.id === undefined
          ? { store: `${instanceOf(binding.owner)}/${binding.kind}/${storeName(binding)}` }
          : { id: binding.id, ...(binding.shared && { shared: true }) };
      return { kind: binding.kind, name, target };
    }
    case "hyperdrive":
      return { kind: binding.kind, name, target: { store: `${merged.instance}/hyperdrive/${kebabCase(name)}` } };
    case "queue-consumer": {
      const owner = binding.owner === undefined ? merged : around.find(binding.owner);
      const queue = owner?.spec.bindings?.find(
        (other): other is Extract<BindingSpec, { kind: "queue" }> =>
          other.kind === "queue" && other.owner === undefined && storeName(other) === binding.store,
      );
      const keyOf = (store: string) => `${instanceOf(binding.owner)}/queue/${store}`;
      return {
        kind: "queue-consumer",
        name,
        store: keyOf(binding.store),
        deadLetter: queue?.deadLetter === undefined ? undefined : keyOf(queue.deadLetter),
        maxBatchSize: binding.maxBatchSize ?? consumerDefaults.maxBatchSize,
        maxBatchTimeout: binding.maxBatchTimeout ?? consumerDefaults.maxBatchTimeout,
        maxRetries: binding.maxRetries ?? consumerDefaults.maxRetries,
        retryDelay: binding.retryDelay ?? consumerDefaults.retryDelay,
        maxConcurrency: binding.maxConcurrency,
      };
    }
    case "service": {
      const external = binding.external === true;
      const scriptName = external ? binding.service : around.scriptName(binding.service);
      return { kind: "service", name, service: binding.service, scriptName, external, entrypoint: binding.entrypoint };
    }
    case "durable-object":
      return { kind: binding.kind, name, className: binding.className, scriptName: foreignScript(binding.service) };
    case "workflow": {
      const workflow = binding.workflow ?? kebabCase(name);
      return {
        kind: binding.kind,
        name,
        className: binding.className,
        workflowName: physicalName(instanceOf(binding.service), workflow, environment),
        scriptName: foreignScript(binding.service),
      };
    }
    case "secret":
      return { kind: binding.kind, name, secret: secretKey(binding.secret ?? name, merged) };
    case "secrets-store": {
      const secret = secretKey(binding.secret ?? name, merged);
      // Entries of all services lie side by side in the account's one store; their names allow underscores.
      const entry = `${secret.replace("/", "_").replaceAll("-", "_")}${environments[environment].suffix.replaceAll("-", "_")}`;
      return { kind: binding.kind, name, secret, entry };
    }
    case "vectorize":
      return { kind: binding.kind, name, indexName: physicalName(merged.instance, binding.index, environment) };
    case "analytics-engine": {
      // A dataset is read as a table of SQL, whose name has no hyphens.
      const dataset = physicalName(merged.instance, binding.dataset, environment).replaceAll("-", "_");
      return { kind: binding.kind, name, dataset };
    }
    case "ratelimit": {
      const namespaceId = numberOf(physicalName(merged.instance, kebabCase(name), environment));
      return { kind: binding.kind, name, namespaceId, limit: binding.limit, period: binding.period };
    }
    case "var": {
      const value = binding.value.replaceAll("{environment}", environment).replaceAll("{domain}", around.place.domain);
      return { kind: binding.kind, name, value };
    }
    case "send-email":
    case "json":
    case "ai":
    case "browser":
    case "images":
    case "version-metadata":
    case "assets":
      return binding;
  }
}

function secretKey(secret: string, { spec, instance }: Merged): string {
  const shared = spec.secrets?.some((declared) => declared.name === secret && "shared" in declared && declared.shared);
  return `${shared ? "shared" : instance}/${secret}`;
}
