import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedService, ResolvedStore } from "../../catalog/index.ts";
import * as cloudflare from "../cloudflare.ts";
import type { StoreOutputs } from "../output-registry.ts";
import type { Surroundings } from "../surroundings.ts";

/**
 * Makes what a service owns, and publishes it by key. A Hyperdrive configuration comes with its database.
 * What holds data that exists nowhere else is protected where the environment says so.
 */
export function makeStores(service: ResolvedService, around: Surroundings, opts: pulumi.CustomResourceOptions): void {
  for (const store of service.stores) {
    const outputs = makeStore(`${service.name}-${store.store}`, store, around, opts);
    if (outputs !== undefined) around.registry.publishStore(store.key, outputs);
  }
}

function makeStore(
  name: string,
  store: ResolvedStore,
  { accountId, estate }: Surroundings,
  opts: pulumi.CustomResourceOptions,
): StoreOutputs | undefined {
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
    case "hyperdrive":
      return undefined;
    default:
      return unhandled(store);
  }
}

function unhandled(store: never): never {
  throw new Error(`no Cloudflare resource for ${JSON.stringify(store)}`);
}
