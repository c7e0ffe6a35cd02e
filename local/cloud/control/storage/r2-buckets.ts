import { randomBytes } from "node:crypto";
import { z } from "zod";
import { bucketKey, type R2BucketRecord, r2Buckets } from "../../store/records/stores.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { eventNotifications } from "./event-notification-record.ts";

const base = "/accounts/:account/r2/buckets";
const storageClass = z.enum(["Standard", "InfrequentAccess"]);
const locations = ["apac", "eeur", "enam", "weur", "wnam", "oc"] as const;

const bucketBody = z.looseObject({
  name: z.string({ error: "expected a name" }),
  locationHint: z
    .string()
    .transform((hint) => hint.toLowerCase())
    .pipe(z.enum(locations))
    .nullish(),
  storageClass: storageClass.nullish(),
});

export const r2BucketRoutes: Route[] = [
  route("GET", base, listBuckets),
  route("POST", base, createBucket),
  route("GET", `${base}/:bucket`, (call) => ok(shown(bucketOf(call)))),
  route("PATCH", `${base}/:bucket`, (call) => {
    const wanted = storageClass.safeParse(call.request.headers.get("cf-r2-storage-class"));
    if (!wanted.success)
      throw new ApiError(400, 10062, "The header cf-r2-storage-class must be Standard or InfrequentAccess.");
    return ok(shown(changeBucket(call, { storageClass: wanted.data })));
  }),
  route("DELETE", `${base}/:bucket`, deleteBucket),
];

/** @throws {ApiError} 400/10005 for the name, 409/10004 when it is taken. */
async function createBucket(call: Call): Promise<Response> {
  const body = await call.json(bucketBody, 10005);
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(body.name)) {
    throw new ApiError(
      400,
      10005,
      `The specified bucket name '${body.name}' is not valid: expected 3 to 63 lowercase letters, digits and dashes, with no dash at its ends.`,
    );
  }
  return call.store.transaction(() => {
    const jurisdiction = jurisdictionOf(call);
    if (call.store.get(r2Buckets, call.accountId, `${jurisdiction}/${body.name}`)) {
      throw new ApiError(409, 10004, "The bucket you tried to create already exists, and you own it.");
    }
    const bucket: R2BucketRecord = {
      accountId: call.accountId,
      jurisdiction,
      name: body.name,
      location: (body.locationHint ?? "wnam").toUpperCase(),
      storageClass: body.storageClass ?? "Standard",
      createdOn: call.now(),
      managedDomain: { bucketId: randomBytes(16).toString("hex"), enabled: false },
      customDomains: [],
    };
    call.store.put(r2Buckets, bucket);
    return ok(shown(bucket));
  });
}

/** @throws {ApiError} 409/10008 for a bucket with objects. */
async function deleteBucket(call: Call): Promise<Response> {
  const key = bucketKey(bucketOf(call));
  if (!(await call.runtime.r2(key).isEmpty())) {
    throw new ApiError(
      409,
      10008,
      "The bucket you tried to delete is not empty (account may have objects or incomplete uploads in it).",
    );
  }
  call.store.transaction(() => {
    const { name, jurisdiction } = bucketOf(call);
    for (const { queueId } of call.store.list(eventNotifications, key))
      call.store.remove(eventNotifications, key, queueId);
    call.store.remove(r2Buckets, call.accountId, `${jurisdiction}/${name}`);
  });
  await call.runtime.dropStorage("r2", key);
  call.runtime.desiredStateChanged();
  return ok({});
}

function listBuckets(call: Call): Response {
  const contains = call.query.get("name_contains") ?? "";
  const after = call.query.get("cursor") ?? call.query.get("start_after") ?? "";
  const perPage = Math.min(Number(call.query.get("per_page") ?? 20) || 20, 1000);
  const sorted = call.store
    .list(r2Buckets, call.accountId)
    .filter((bucket) => bucket.jurisdiction === jurisdictionOf(call) && bucket.name.includes(contains))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  if (call.query.get("direction") === "desc") sorted.reverse();
  const rest = after === "" ? sorted : sorted.slice(sorted.findIndex(({ name }) => name === after) + 1);
  const page = rest.slice(0, perPage);
  const cursor = rest.length > perPage ? page.at(-1)?.name : undefined;
  return ok({ buckets: page.map(shown) }, { info: { per_page: perPage, ...(cursor === undefined ? {} : { cursor }) } });
}

/** The jurisdiction that a request is about. */
function jurisdictionOf(call: Call): string {
  return call.request.headers.get("cf-r2-jurisdiction") || "default";
}

/** The bucket that the path and the jurisdiction header name. @throws {ApiError} 404/10006 */
export function bucketOf(call: Call): R2BucketRecord {
  const bucket = call.store.get(r2Buckets, call.accountId, `${jurisdictionOf(call)}/${call.parameter("bucket")}`);
  if (!bucket) throw new ApiError(404, 10006, "The specified bucket does not exist.");
  return bucket;
}

export function changeBucket(call: Call, change: Partial<R2BucketRecord>): R2BucketRecord {
  return call.store.transaction(() => {
    const changed = { ...bucketOf(call), ...change };
    call.store.put(r2Buckets, changed);
    return changed;
  });
}

function shown({
  name,
  createdOn,
  location,
  storageClass: kind,
  jurisdiction,
}: R2BucketRecord): Record<string, unknown> {
  return { name, creation_date: createdOn, location, storage_class: kind, jurisdiction };
}
