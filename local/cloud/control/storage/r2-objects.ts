import { bucketKey, type R2BucketRecord } from "../../store/records/stores.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { bucketOf } from "./r2-buckets.ts";
import type { LockRule } from "./r2-rules.ts";

const base = "/accounts/:account/r2/buckets/:bucket/objects";

/** Headers that are kept with an object and sent with it. */
const keptHeaders: Record<string, string> = {
  "content-type": "contentType",
  "content-language": "contentLanguage",
  "content-disposition": "contentDisposition",
  "content-encoding": "contentEncoding",
  "cache-control": "cacheControl",
};

/** Objects as `wrangler r2 object` reads and writes them. Keys may contain slashes. */
export const r2ObjectRoutes: Route[] = [
  route("GET", base, listObjects),
  route("GET", `${base}/:key{.+}`, async (call) => {
    const object = await objects(call).get(call.parameter("key"));
    if (!object) throw new ApiError(404, 10007, "The specified key does not exist.");
    const headers = new Headers({ etag: object.etag, "last-modified": object.uploaded.toUTCString() });
    for (const [header, field] of Object.entries(keptHeaders)) {
      const value = object.httpMetadata[field];
      if (value !== undefined) headers.set(header, value);
    }
    return new Response(new Uint8Array(object.body), { headers });
  }),
  route("PUT", `${base}/:key{.+}`, async (call) => {
    const key = call.parameter("key");
    await refuseLocked(call, key);
    const metadata: Record<string, string> = {};
    for (const [header, field] of Object.entries(keptHeaders)) {
      const value = call.request.headers.get(header);
      if (value !== null) metadata[field] = value;
    }
    const body = new Uint8Array(await call.request.arrayBuffer());
    const { etag } = await objects(call).put(key, body, metadata);
    const { storageClass } = bucketOf(call);
    return ok({ key, etag, size: String(body.length), uploaded: call.now(), storage_class: storageClass });
  }),
  route("DELETE", `${base}/:key{.+}`, async (call) => {
    const key = call.parameter("key");
    await refuseLocked(call, key);
    await objects(call).delete(key);
    return ok({ key });
  }),
];

function objects(call: Call) {
  return call.runtime.r2(bucketKey(bucketOf(call)));
}

async function listObjects(call: Call): Promise<Response> {
  const option = (name: string) => call.query.get(name) ?? undefined;
  const {
    objects: found,
    cursor,
    delimitedPrefixes,
  } = await objects(call).list({
    ...definedOnly({ prefix: option("prefix"), cursor: option("cursor"), delimiter: option("delimiter") }),
    limit: Math.min(Number(option("per_page") ?? 1000) || 1000, 1000),
  });
  const shown = found.map(({ key, size, etag, uploaded }) => ({
    key,
    size,
    etag,
    last_modified: uploaded.toISOString(),
  }));
  return ok(shown, {
    info: {
      is_truncated: cursor !== undefined,
      ...(cursor === undefined ? {} : { cursor }),
      delimited: delimitedPrefixes,
    },
  });
}

function definedOnly<T extends Record<string, string | undefined>>(options: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: string;
  };
}

/** @throws {ApiError} 403/10069 for an object that exists and that a lock rule of its bucket still protects. */
async function refuseLocked(call: Call, key: string): Promise<void> {
  const bucket = bucketOf(call);
  if (!bucket.lock || bucket.lock.length === 0) return;
  const object = await objects(call).get(key);
  if (object && isLocked(bucket, key, object.uploaded.getTime(), call.clock.now())) {
    throw new ApiError(403, 10069, "The object is locked by the bucket policy.");
  }
}

/** Whether a lock rule keeps an object from being deleted or overwritten: https://developers.cloudflare.com/r2/buckets/bucket-locks/ */
function isLocked(bucket: R2BucketRecord, key: string, uploaded: number, now: number): boolean {
  return ((bucket.lock ?? []) as LockRule[]).some(({ enabled, prefix, condition }) => {
    if (!enabled || !key.startsWith(prefix)) return false;
    if (condition.type === "Indefinite") return true;
    return condition.type === "Age"
      ? uploaded + condition.maxAgeSeconds * 1000 > now
      : Date.parse(condition.date) > now;
  });
}
