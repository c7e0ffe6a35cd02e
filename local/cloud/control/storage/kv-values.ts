import { z } from "zod";
import type { KvEntry } from "../../types.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { formOf } from "../form.ts";
import { type Route, route } from "../route.ts";
import { kvNamespaceOf } from "./kv-namespaces.ts";

const base = "/accounts/:account/storage/kv/namespaces/:namespace";

/** https://developers.cloudflare.com/kv/platform/limits/ */
const limits = {
  keyBytes: 512,
  valueBytes: 25 * 1024 * 1024,
  metadataBytes: 1024,
  ttlSeconds: 60,
  bulkKeys: 10_000,
  bulkGetKeys: 100,
};

const bulkBody = z
  .array(
    z.looseObject({
      key: z.string(),
      value: z.string(),
      base64: z.boolean().optional(),
      metadata: z.unknown().optional(),
      expiration: z.number().optional(),
      expiration_ttl: z.number().optional(),
    }),
  )
  .max(limits.bulkKeys, `expected at most ${limits.bulkKeys} pairs`);
const keysBody = z.array(z.string()).max(limits.bulkKeys, `expected at most ${limits.bulkKeys} keys`);
const bulkGetBody = z.object({
  keys: z.array(z.string()).max(limits.bulkGetKeys, `expected at most ${limits.bulkGetKeys} keys`),
  type: z.enum(["text", "json"]).default("text"),
  withMetadata: z.boolean().default(false),
});

export const kvValueRoutes: Route[] = [
  route("GET", `${base}/keys`, listKeys),
  route("GET", `${base}/values/:key`, getValue),
  route("PUT", `${base}/values/:key`, putValue),
  route("DELETE", `${base}/values/:key`, async (call) => {
    await namespace(call).delete(keyOf(call));
    return ok(null);
  }),
  route("GET", `${base}/metadata/:key`, async (call) => {
    const entry = await namespace(call).get(keyOf(call));
    // An entry without metadata is answered like one that is not there: the official plugin was seen to expect it.
    if (entry?.metadata === undefined || entry.metadata === null)
      throw new ApiError(404, 10009, "get: 'key not found'");
    return ok(entry.metadata);
  }),
  route("PUT", `${base}/bulk`, putBulk),
  route("DELETE", `${base}/bulk`, deleteBulk),
  route("POST", `${base}/bulk/delete`, deleteBulk),
  route("POST", `${base}/bulk/get`, getBulk),
];

function namespace(call: Call) {
  return call.runtime.kv(kvNamespaceOf(call).id);
}

function keyOf(call: Call): string {
  return checkKey(call.parameter("key"));
}

function checkKey(key: string): string {
  if (key === "" || key === "." || key === "..") throw new ApiError(400, 10033, `'${key}' is not allowed as a key.`);
  if (Buffer.byteLength(key) > limits.keyBytes) {
    throw new ApiError(414, 10029, `The key has ${Buffer.byteLength(key)} bytes; expected at most ${limits.keyBytes}.`);
  }
  return key;
}

async function listKeys(call: Call): Promise<Response> {
  const limit = Number(call.query.get("limit") ?? 1000);
  if (!Number.isInteger(limit) || limit < 10 || limit > 1000) {
    throw new ApiError(400, 10012, "The limit must be a number from 10 to 1000.");
  }
  const prefix = call.query.get("prefix");
  const cursor = call.query.get("cursor");
  const page = await namespace(call).list({ limit, ...(prefix ? { prefix } : {}), ...(cursor ? { cursor } : {}) });
  return ok(page.keys, { info: { count: page.keys.length, cursor: page.cursor ?? "" } });
}

async function getValue(call: Call): Promise<Response> {
  const entry = await namespace(call).get(keyOf(call));
  if (!entry) throw new ApiError(404, 10009, "get: 'key not found'");
  const headers: Record<string, string> = { "content-type": "application/octet-stream" };
  if (entry.expiration !== undefined) headers.expiration = String(entry.expiration);
  return new Response(new Uint8Array(entry.value), { headers });
}

/** The value is the body, or the part `value` of a form that may have `metadata` beside it. */
async function putValue(call: Call): Promise<Response> {
  const key = keyOf(call);
  const target = namespace(call);
  const expiration = expirationOf(call, call.query.get("expiration"), call.query.get("expiration_ttl"));
  const { value, metadata } = await readValue(call.request);
  await target.put(key, checkEntry({ value, ...metadata, ...expiration }));
  return ok(null);
}

async function readValue(request: Request): Promise<{ value: Uint8Array; metadata: { metadata?: unknown } }> {
  if (!request.headers.get("content-type")?.startsWith("multipart/form-data")) {
    return { value: new Uint8Array(await request.arrayBuffer()), metadata: {} };
  }
  const form = await formOf(request, 10012);
  const value = form.get("value");
  if (value === null) throw new ApiError(400, 10012, 'The form has no part "value".');
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : new Uint8Array(await value.arrayBuffer());
  const raw = form.get("metadata");
  if (raw === null) return { value: bytes, metadata: {} };
  try {
    return { value: bytes, metadata: { metadata: JSON.parse(typeof raw === "string" ? raw : await raw.text()) } };
  } catch {
    throw new ApiError(400, 10012, "The metadata is not valid JSON.");
  }
}

/** The expiration in seconds since the epoch, at least a minute ahead. */
function expirationOf(call: Call, at: unknown, ttl: unknown): { expiration?: number } {
  const now = Math.floor(call.clock.now() / 1000);
  const isGiven = (value: unknown) => value !== null && value !== undefined && value !== "";
  if (!isGiven(at) && !isGiven(ttl)) return {};
  const expiration = isGiven(at) ? Number(at) : now + Number(ttl);
  if (!Number.isFinite(expiration) || expiration < now + limits.ttlSeconds) {
    throw new ApiError(400, 10011, `The expiration must be at least ${limits.ttlSeconds} seconds in the future.`);
  }
  return { expiration };
}

function checkEntry(entry: KvEntry): KvEntry {
  if (entry.value.byteLength > limits.valueBytes) throw new ApiError(413, 10030, "The value has more than 25 MiB.");
  const size = entry.metadata === undefined ? 0 : Buffer.byteLength(JSON.stringify(entry.metadata));
  if (size > limits.metadataBytes) {
    throw new ApiError(413, 10032, `The metadata has ${size} bytes; expected at most ${limits.metadataBytes}.`);
  }
  return entry;
}

async function putBulk(call: Call): Promise<Response> {
  const pairs = await call.json(bulkBody, 10012);
  const target = namespace(call);
  const entries = pairs.map(({ key, value, base64, metadata, expiration, expiration_ttl }) => ({
    key: checkKey(key),
    entry: checkEntry({
      value: new Uint8Array(Buffer.from(value, base64 ? "base64" : "utf8")),
      ...(metadata === undefined ? {} : { metadata }),
      ...expirationOf(call, expiration, expiration_ttl),
    }),
  }));
  await inGroups(entries, ({ key, entry }) => target.put(key, entry));
  return ok({ successful_key_count: entries.length, unsuccessful_keys: [] });
}

async function deleteBulk(call: Call): Promise<Response> {
  const keys = await call.json(keysBody, 10012);
  const target = namespace(call);
  await inGroups(keys, (key) => target.delete(key));
  return ok({ successful_key_count: keys.length, unsuccessful_keys: [] });
}

async function getBulk(call: Call): Promise<Response> {
  const { keys, type, withMetadata } = await call.json(bulkGetBody, 10012);
  const target = namespace(call);
  const values: Record<string, unknown> = {};
  await inGroups(keys, async (key) => {
    const entry = await target.get(key);
    const text = entry && new TextDecoder().decode(entry.value);
    const value = text === undefined ? null : type === "json" ? parse(key, text) : text;
    values[key] = withMetadata ? (entry ? { value, metadata: entry.metadata ?? null } : null) : value;
  });
  return ok({ values });
}

function parse(key: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, 10012, `The value of '${key}' is not valid JSON.`);
  }
}

/** A bulk of thousands must not open thousands of requests at once. */
async function inGroups<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += 50) await Promise.all(items.slice(start, start + 50).map(work));
}
