import type { ApiBinding, ObservedEstate, ObservedScript } from "./observed-estate.ts";

/** Ids by name at the cloud that wrangler deploys to. */
export interface TargetIds {
  kv: Map<string, string>;
  d1: Map<string, string>;
  hyperdrive: Map<string, string>;
  secretsStore: Map<string, string>;
}

/** The wrangler configuration that deploys the script as it was observed; `bare` leaves out what refers to other scripts. */
export function wranglerConfig(
  script: ObservedScript,
  estate: ObservedEstate,
  ids: TargetIds,
  bare: boolean,
): Record<string, unknown> {
  const of = (type: string) => script.bindings.filter((binding) => binding.type === type);
  const common = {
    name: script.name,
    main: script.mainModule,
    rules: [{ type: "ESModule", globs: ["**/*.js", "**/*.mjs"] }],
    compatibility_date: script.compatibilityDate,
    compatibility_flags: script.compatibilityFlags,
    ...(script.classes.length > 0 ? { migrations: [{ tag: "v1", new_sqlite_classes: script.classes }] } : {}),
  };
  if (bare) return common;
  const id = (map: Map<string, string>, byId: Map<string, string>, binding: ApiBinding, field: string) =>
    map.get(byId.get(String(binding[field])) ?? "");
  return {
    ...common,
    vars: Object.fromEntries(
      [...of("plain_text"), ...of("json")].map((binding) => [binding.name, binding.text ?? binding.json]),
    ),
    kv_namespaces: of("kv_namespace").map((b) => ({
      binding: b.name,
      id: id(ids.kv, estate.kvTitles, b, "namespace_id"),
    })),
    r2_buckets: of("r2_bucket").map((b) => ({ binding: b.name, bucket_name: b.bucket_name })),
    d1_databases: of("d1").map((b) => ({
      binding: b.name,
      database_id: id(ids.d1, estate.databases, b, b.id === undefined ? "database_id" : "id"),
    })),
    hyperdrive: of("hyperdrive").map((b) => ({ binding: b.name, id: id(ids.hyperdrive, estate.hyperdrives, b, "id") })),
    queues: {
      producers: of("queue").map((b) => ({ binding: b.name, queue: b.queue_name })),
      consumers: script.consumers.map(({ queue, settings, dead_letter_queue }) => {
        const { batch_size, max_retries } = (settings ?? {}) as Record<string, unknown>;
        return { queue, max_batch_size: batch_size, max_retries, ...(dead_letter_queue ? { dead_letter_queue } : {}) };
      }),
    },
    durable_objects: {
      bindings: of("durable_object_namespace").map((b) => ({
        name: b.name,
        class_name: b.class_name,
        ...(b.script_name && b.script_name !== script.name ? { script_name: b.script_name } : {}),
      })),
    },
    services: of("service").map((b) => ({
      binding: b.name,
      service: b.service,
      ...(b.entrypoint ? { entrypoint: b.entrypoint } : {}),
    })),
    workflows: of("workflow").map((b) => ({ binding: b.name, name: b.workflow_name, class_name: b.class_name })),
    analytics_engine_datasets: of("analytics_engine").map((b) => ({ binding: b.name, dataset: b.dataset })),
    vectorize: of("vectorize").map((b) => ({ binding: b.name, index_name: b.index_name })),
    send_email: of("send_email").map((b) => ({ name: b.name })),
    ratelimits: of("ratelimit").map((b) => ({ name: b.name, namespace_id: b.namespace_id, simple: b.simple })),
    dispatch_namespaces: of("dispatch_namespace").map((b) => ({ binding: b.name, namespace: b.namespace })),
    secrets_store_secrets: of("secrets_store_secret").map((b) => ({
      binding: b.name,
      store_id: ids.secretsStore.get(estate.secretsStores.find((store) => store.id === b.store_id)?.name ?? ""),
      secret_name: b.secret_name,
    })),
    ...single(of("ai")[0], "ai"),
    ...single(of("browser")[0] ?? of("browser_rendering")[0], "browser"),
    ...single(of("images")[0], "images"),
    ...single(of("version_metadata")[0], "version_metadata"),
    tail_consumers: script.tailConsumers.map((service) => ({ service })),
    triggers: { crons: script.crons },
    routes: [
      ...script.hosts.map((pattern) => ({ pattern, custom_domain: true })),
      ...script.routes.map(({ pattern, zone }) => ({ pattern, zone_name: zone })),
    ],
    workers_dev: false,
  };
}

function single(binding: ApiBinding | undefined, key: string): Record<string, unknown> {
  return binding === undefined ? {} : { [key]: { binding: binding.name } };
}
