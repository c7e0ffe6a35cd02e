import { completeBinding, dependenciesOf, storeOf } from "./complete-binding.ts";
import { completeDatabase } from "./complete-database.ts";
import { healthDefaults, secretLength, workerDefaults } from "./defaults.ts";
import { type EnvironmentName, environments } from "./environments.ts";
import { liveClasses } from "./live-classes.ts";
import { physicalName } from "./physical-name.ts";
import type { ResolvedSecret, ResolvedService, ResolvedStore, ResolvedWorker } from "./resolved.ts";
import type { WorkerSpec } from "./schema/hosting.ts";
import type { SecretSpec } from "./schema/secret.ts";
import type { ServiceSpec } from "./schema/service.ts";
import type { Merged, Surroundings } from "./surroundings.ts";

/** The Worker that is deployed for a service: its own, the one beside it, or in `local` a shell in its stead. */
export function workerOf(spec: ServiceSpec, environment: EnvironmentName): WorkerSpec | undefined {
  const { hosting } = spec;
  if (hosting.kind === "worker") {
    const { kind: _kind, ...worker } = hosting;
    return worker;
  }
  return hosting.worker ?? (environments[environment].cloud === "embedded" ? {} : undefined);
}

/** Names of the services that have to exist before this one's Worker can be deployed. */
export function needsOf(spec: ServiceSpec, environment: EnvironmentName): string[] {
  const worker = workerOf(spec, environment);
  if (!worker) return [];
  return [...(worker.tailConsumers ?? workerDefaults.tailConsumers), ...(spec.bindings ?? []).flatMap(dependenciesOf)];
}

/** The classes that this script's bindings and those of the family's other services expect it to export. */
function exportsOf(spec: ServiceSpec, worker: WorkerSpec, around: Surroundings): ResolvedWorker["exports"] {
  const durableObjects = new Set(liveClasses(worker.migrations ?? []));
  const workflows = new Set<string>();
  const entrypoints = new Set<string>();
  for (const user of around.own.values()) {
    for (const binding of user.spec.bindings ?? []) {
      const target = "service" in binding && binding.service !== undefined ? binding.service : user.spec.name;
      if (target !== spec.name) continue;
      if (binding.kind === "durable-object") durableObjects.add(binding.className);
      if (binding.kind === "workflow") workflows.add(binding.className);
      if (binding.kind === "service" && binding.entrypoint !== undefined) entrypoints.add(binding.entrypoint);
    }
  }
  const sorted = (names: Set<string>) => [...names].sort();
  return { durableObjects: sorted(durableObjects), workflows: sorted(workflows), entrypoints: sorted(entrypoints) };
}

function completeWorker(worker: WorkerSpec, { spec, instance }: Merged, around: Surroundings): ResolvedWorker {
  const { observability = workerDefaults.observability } = worker;
  return {
    scriptName: physicalName(instance, undefined, around.environment),
    artifact: worker.artifact,
    compatibilityDate: worker.compatibilityDate ?? workerDefaults.compatibilityDate,
    compatibilityFlags: worker.compatibilityFlags ?? workerDefaults.compatibilityFlags,
    limits: worker.limits,
    placement: worker.placement ?? workerDefaults.placement,
    observability: { enabled: observability.enabled, headSamplingRate: observability.headSamplingRate ?? 1 },
    assets: worker.assets,
    migrations: worker.migrations ?? workerDefaults.migrations,
    exports: exportsOf(spec, worker, around),
    tailConsumers: (worker.tailConsumers ?? workerDefaults.tailConsumers).map(around.scriptName),
  };
}

function completeSecret(secret: SecretSpec, service: string, around: Surroundings): ResolvedSecret {
  const shared = "shared" in secret && secret.shared === true;
  const common = { key: `${shared ? "shared" : service}/${secret.name}`, name: secret.name, shared };
  switch (secret.source) {
    case "generated":
      return { ...common, source: "generated", length: secret.length ?? secretLength, rotateEvery: secret.rotateEvery };
    case "provided":
      return {
        ...common,
        source: "provided",
        variable: `CHITTYOPS_SECRET_${secret.name}`,
        rotateEvery: secret.rotateEvery,
      };
    case "output":
      return {
        ...common,
        source: "output",
        database: secret.database,
        databaseOwner: secret.owner === undefined ? service : around.instance(secret.owner),
        role: secret.role ?? "runtime",
      };
  }
}

function storesOf(merged: Merged, around: Surroundings): ResolvedStore[] {
  const stores = new Map<string, ResolvedStore>();
  for (const binding of merged.spec.bindings ?? []) {
    for (const store of storeOf(binding, merged, around)) if (!stores.has(store.key)) stores.set(store.key, store);
  }
  return [...stores.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function urlOf(spec: ServiceSpec, hosts: readonly string[], around: Surroundings): string | undefined {
  const [host] = hosts;
  if (host !== undefined)
    return `${environments[around.environment].cloud === "embedded" ? "http" : "https"}://${host}`;
  return "url" in spec.hosting ? spec.hosting.url : undefined;
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

/** Everything about one service in one environment, with nothing left open. */
export function completeService(merged: Merged, around: Surroundings): ResolvedService {
  const { spec, instance } = merged;
  const worker = workerOf(spec, around.environment);
  const inDomain = (template: string) => template.replace("{domain}", around.place.domain);
  const hosts = worker ? spec.hosts.map(inDomain) : [];
  const crons = worker ? (spec.crons ?? []) : [];
  const held = worker?.artifact === undefined && spec.shellCrons !== "record";
  return {
    name: spec.name,
    instance,
    short: spec.short,
    description: spec.description,
    uri: `chittycanon://core/services/${spec.name}`,
    family: merged.family,
    tier: spec.tier,
    owner: spec.owner,
    dataClass: spec.dataClass,
    hosting: spec.hosting,
    worker: worker && completeWorker(worker, merged, around),
    url: urlOf(spec, hosts, around),
    health: { path: spec.health?.path ?? healthDefaults.path, expect: spec.health?.expect ?? healthDefaults.expect },
    mcp: spec.mcp,
    hosts,
    routes: worker ? (spec.routes ?? []).map(inDomain) : [],
    crons: held ? [] : crons,
    heldCrons: held ? crons : [],
    bindings: worker
      ? (spec.bindings ?? []).map((binding) => completeBinding(binding, merged, around)).sort(byName)
      : [],
    stores: worker ? storesOf(merged, around) : [],
    databases: (spec.databases ?? []).map((database) => completeDatabase(database, merged, around)),
    secrets: (spec.secrets ?? []).map((secret) => completeSecret(secret, instance, around)).sort(byName),
  };
}
