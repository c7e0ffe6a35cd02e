import * as pulumi from "@pulumi/pulumi";
import type { ResolvedService, ResolvedStore } from "../../catalog/index.ts";
import * as cloudflare from "../cloudflare.ts";
import type { StoreOutputs } from "../output-registry.ts";
import type { Surroundings } from "../surroundings.ts";

/**
 * Makes what a service owns, and publishes it by key.
 * What holds data that exists nowhere else is protected where the environment says so.
 */
export function makeStores(service: ResolvedService, around: Surroundings, opts: pulumi.CustomResourceOptions): void {
  for (const store of service.stores) {
    around.registry.publishStore(store.key, makeStore(`${service.name}-${store.store}`, store, around, opts));
  }
}

function makeStore(
  name: string,
  store: ResolvedStore,
  { accountId, estate, registry }: Surroundings,
  opts: pulumi.CustomResourceOptions,
): StoreOutputs {
  const { physicalName } = store;
  const holdsData = { ...opts, protect: estate.environment.protectsData };
  switch (store.kind) {
    case "kv": {
      const namespace = new cloudflare.WorkersKvNamespace(name, { accountId, title: physicalName }, opts);
      return { id: namespace.id, name: namespace.title };
    }
    case "r2": {
      const { jurisdiction, locationHint: location } = store;
      const bucket = new cloudflare.R2Bucket(
        name,
        { accountId, name: physicalName, ...(jurisdiction && { jurisdiction }), ...(location && { location }) },
        holdsData,
      );
      return { id: bucket.name, name: bucket.name };
    }
    case "d1": {
      const { jurisdiction, locationHint: primaryLocationHint } = store;
      const database = new cloudflare.D1Database(
        name,
        {
          accountId,
          name: physicalName,
          readReplication: { mode: "disabled" },
          ...(jurisdiction && { jurisdiction }),
          ...(primaryLocationHint && { primaryLocationHint }),
        },
        holdsData,
      );
      return { id: database.id, name: database.name };
    }
    case "queue": {
      const { deliveryDelay } = store;
      const queue = new cloudflare.Queue(
        name,
        { accountId, queueName: physicalName, settings: { deliveryDelay } },
        opts,
      );
      return { id: queue.queueId, name: queue.queueName };
    }
    case "dispatch-namespace": {
      const namespace = new cloudflare.WorkersForPlatformsDispatchNamespace(
        name,
        { accountId, name: physicalName },
        opts,
      );
      return { id: namespace.id, name: namespace.namespaceName };
    }
    case "hyperdrive": {
      const key = `${store.databaseOwner}/${store.database}`;
      const config = new cloudflare.HyperdriveConfig(
        name,
        {
          accountId,
          name: physicalName,
          // The direct host: Hyperdrive pools by itself.
          origin: {
            scheme: "postgresql",
            host: registry.database(key, ({ host }) => host),
            port: registry.database(key, ({ port }) => port),
            database: registry.database(key, ({ databaseName }) => databaseName),
            user: registry.database(key, ({ runtime }) => runtime.user),
            password: pulumi.secret(registry.database(key, ({ runtime }) => runtime.password)),
          },
          caching: { disabled: !store.caching },
        },
        { ...opts, additionalSecretOutputs: ["origin"] },
      );
      return { id: config.id, name: config.name };
    }
    default:
      return unhandled(store);
  }
}

function unhandled(store: never): never {
  throw new Error(`no Cloudflare resource for ${JSON.stringify(store)}`);
}
