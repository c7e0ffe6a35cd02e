import type { BucketLock, DeployedBucket, LocalClock, Runtime } from "../types.ts";
import type { Pack } from "./pack.ts";
import { r2Access } from "./r2-access.ts";
import { r2StorageName } from "./unit-bindings.ts";

/** A change of objects, in the words of workerd's R2 protocol. */
export interface BucketChange {
  /** Name of the bucket in the storage instance. */
  bucket: string;
  method: string;
  keys: string[];
  /** What the storage instance answered about a written object. */
  object?: { size?: number; etag?: string };
}

export interface BucketsOptions {
  storage: () => Pack;
  clock: LocalClock;
  /** Puts an event into a queue. */
  notify(queueId: string, event: object): void;
}

/** Buckets that keep some objects from being changed, or tell queues about changes. */
export interface Buckets {
  configure(buckets: DeployedBucket[]): void;
  /** Names (in the storage instance) of the buckets whose changes must go through `check` and `changed`. */
  names(): string[];
  /** @returns why the change is refused, or undefined. */
  check(change: BucketChange): Promise<string | undefined>;
  changed(change: BucketChange): void;
  /** Access for the control API, which looks after locks itself. */
  access(key: string): ReturnType<Runtime["r2"]>;
}

/** https://developers.cloudflare.com/r2/buckets/event-notifications/ */
const actions: Record<string, string> = {
  put: "PutObject",
  completeMultipartUpload: "CompleteMultipartUpload",
  delete: "DeleteObject",
};

export function createBuckets({ storage, clock, notify }: BucketsOptions): Buckets {
  let byName = new Map<string, DeployedBucket>();

  function changed({ bucket: name, method, keys, object }: BucketChange): void {
    const bucket = byName.get(name);
    const action = actions[method];
    if (!bucket || !action) return;
    const eventTime = new Date(clock.now()).toISOString();
    for (const { queueId, rules } of bucket.notifications) {
      for (const key of keys) {
        const wanted = rules.some(
          (rule) =>
            rule.actions.includes(action) && key.startsWith(rule.prefix ?? "") && key.endsWith(rule.suffix ?? ""),
        );
        const written = method === "delete" ? {} : { size: object?.size, eTag: object?.etag };
        if (wanted)
          notify(queueId, {
            account: bucket.accountId,
            bucket: bucket.name,
            eventTime,
            action,
            object: { key, ...written },
          });
      }
    }
  }

  return {
    configure(buckets) {
      byName = new Map(buckets.map((bucket) => [r2StorageName(bucket.key), bucket]));
    },
    names: () => [...byName.keys()],
    async check({ bucket: name, method, keys }) {
      const bucket = byName.get(name);
      if (!bucket || bucket.locks.length === 0 || !(method in actions)) return undefined;
      const access = r2Access(storage, bucket.key);
      for (const key of keys) {
        const object = await access.head(key);
        if (object && isLocked(bucket.locks, key, object.uploaded.getTime(), clock.now())) {
          return "The object is locked by the bucket policy.";
        }
      }
      return undefined;
    },
    changed,
    access(key) {
      const access = r2Access(storage, key);
      const bucket = r2StorageName(key);
      return {
        ...access,
        async put(name, body, httpMetadata) {
          const written = await access.put(name, body, httpMetadata);
          changed({ bucket, method: "put", keys: [name], object: { size: body.length, etag: written.etag } });
          return written;
        },
        async delete(name) {
          await access.delete(name);
          changed({ bucket, method: "delete", keys: [name] });
        },
      };
    },
  };
}

/** https://developers.cloudflare.com/r2/buckets/bucket-locks/ */
function isLocked(locks: BucketLock[], key: string, uploaded: number, now: number): boolean {
  return locks.some(({ enabled, prefix, condition }) => {
    if (!enabled || !key.startsWith(prefix)) return false;
    if (condition.type === "Indefinite") return true;
    return condition.type === "Age"
      ? uploaded + condition.maxAgeSeconds * 1000 > now
      : Date.parse(condition.date) > now;
  });
}
