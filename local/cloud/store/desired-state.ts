import { eventNotifications } from "../control/storage/event-notification-record.ts";
import type { BucketLock, DeployedBucket, DeployedQueue, DeployedScript, DesiredState } from "../types.ts";
import { accounts, zones } from "./records/accounts.ts";
import { queueConsumers, queues } from "./records/queues.ts";
import { bucketKey, r2Buckets } from "./records/stores.ts";
import { domains, routes, type ScriptRecord, scriptKey, scripts, versions } from "./records/workers.ts";
import type { Store } from "./store-interface.ts";
import { workerSpec } from "./worker-spec.ts";

/** Reads what should run; to be called inside one transaction. */
export function readDesiredState(store: Store): DesiredState {
  const zoneById = new Map(store.list(zones).map((zone) => [zone.id, zone]));
  return {
    scripts: store.list(scripts).flatMap((script) => deployedScript(store, script)),
    routes: store.list(routes).flatMap((route) => {
      const zone = zoneById.get(route.zoneId);
      if (!zone) return [];
      return {
        zoneId: zone.id,
        zoneName: zone.name,
        pattern: route.pattern,
        ...(route.script === undefined ? {} : { scriptKey: `${zone.accountId}/${route.script}` }),
      };
    }),
    domains: store.list(domains).map((domain) => ({
      hostname: domain.hostname,
      scriptKey: `${domain.accountId}/${domain.service}`,
    })),
    queues: store.list(queues).map(
      (queue): DeployedQueue => ({
        accountId: queue.accountId,
        id: queue.id,
        name: queue.name,
        deliveryDelay: queue.settings.delivery_delay,
        deliveryPaused: queue.settings.delivery_paused,
        consumers: store.list(queueConsumers, queue.id).flatMap((consumer) => {
          if (consumer.type !== "worker" || consumer.script === undefined) return [];
          const { settings } = consumer;
          return {
            id: consumer.id,
            scriptKey: `${queue.accountId}/${consumer.script}`,
            // Cloudflare's defaults: https://developers.cloudflare.com/queues/configuration/batching-retries/
            maxBatchSize: settings.batch_size ?? 10,
            maxBatchTimeout: (settings.max_wait_time_ms ?? 5000) / 1000,
            maxRetries: settings.max_retries ?? 3,
            retryDelay: settings.retry_delay ?? 0,
            ...(consumer.deadLetterQueue ? { deadLetterQueue: consumer.deadLetterQueue } : {}),
            ...(settings.max_concurrency ? { maxConcurrency: settings.max_concurrency } : {}),
          };
        }),
      }),
    ),
    buckets: store.list(r2Buckets).flatMap((bucket) => {
      const key = bucketKey(bucket);
      const locks = (bucket.lock ?? []) as BucketLock[];
      const notifications = store.list(eventNotifications, key).map(({ queueId, rules }) => ({
        queueId,
        rules: rules as unknown as DeployedBucket["notifications"][number]["rules"],
      }));
      if (locks.length === 0 && notifications.length === 0) return [];
      return { accountId: bucket.accountId, key, name: bucket.name, locks, notifications };
    }),
  };
}

function deployedScript(store: Store, script: ScriptRecord): DeployedScript[] {
  const active = script.deployments[0];
  if (!active) return [];
  const key = scriptKey(script);
  return [
    {
      key,
      accountId: script.accountId,
      scriptName: script.name,
      versions: active.versions.flatMap(({ version_id, percentage }) => {
        const version = store.get(versions, key, version_id);
        return version ? { spec: workerSpec(store, script, version), percentage } : [];
      }),
      crons: script.schedules.map(({ cron }) => cron),
      subdomainHosts: subdomainHosts(store, script),
    },
  ];
}

/** `workers.dev` is what clients print; `workers.localhost` is what a browser on this machine resolves. */
function subdomainHosts(store: Store, script: ScriptRecord): string[] {
  if (!script.subdomain.enabled || script.dispatchNamespace !== undefined) return [];
  const subdomain = store.get(accounts, "", script.accountId)?.subdomain;
  if (!subdomain) return [];
  return ["workers.dev", "workers.localhost"].map((domain) => `${script.name}.${subdomain}.${domain}`);
}
