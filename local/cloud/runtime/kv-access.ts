import type { KvEntry, Runtime } from "../types.ts";
import type { Pack } from "./pack.ts";
import { asciiJson, storeCall } from "./store-call.ts";

/** KV of the storage instance. */
export function kvAccess(storage: () => Pack, namespaceId: string): ReturnType<Runtime["kv"]> {
  const raw = storeCall(storage, "kv:ns:entry", namespaceId, true);
  const call: typeof raw = async (path, request) => {
    const answer = await raw(path, request);
    if (answer.status >= 400 && answer.status !== 404) throw new Error(`KV: ${answer.body.toString("utf8")}`);
    return answer;
  };
  const keyPath = (key: string): string => `${encodeURIComponent(key)}?urlencoded=true`;
  return {
    async get(key): Promise<KvEntry | undefined> {
      const { status, headers, body } = await call(keyPath(key));
      if (status === 404) return undefined;
      const metadata = headers["cf-kv-metadata"];
      const expiration = headers["cf-expiration"];
      return {
        value: body,
        ...(typeof metadata === "string" ? { metadata: JSON.parse(fromHeader(metadata)) as unknown } : {}),
        ...(typeof expiration === "string" ? { expiration: Number(expiration) } : {}),
      };
    },
    async put(key, { value, metadata, expiration }) {
      const query = expiration === undefined ? "" : `&expiration=${expiration}`;
      await call(keyPath(key) + query, {
        method: "PUT",
        body: value,
        ...(metadata === undefined || metadata === null ? {} : { headers: { "cf-kv-metadata": asciiJson(metadata) } }),
      });
    },
    async delete(key) {
      await call(keyPath(key), { method: "DELETE" });
    },
    async list({ prefix, limit, cursor }) {
      const query = new URLSearchParams({ key_count_limit: String(limit ?? 1000) });
      if (prefix) query.set("prefix", prefix);
      if (cursor) query.set("cursor", cursor);
      const { body } = await call(`?${query}`);
      const listed = JSON.parse(body.toString("utf8")) as Listed;
      const keys = listed.keys.map(({ name, expiration, metadata }) => ({
        name,
        ...(expiration ? { expiration } : {}),
        ...(metadata === undefined || metadata === null ? {} : { metadata: parsed(metadata) }),
      }));
      return { keys, ...(listed.list_complete || !listed.cursor ? {} : { cursor: listed.cursor }) };
    },
  };
}

interface Listed {
  keys: { name: string; expiration?: number; metadata?: unknown }[];
  list_complete: boolean;
  cursor?: string;
}

/** workerd's bindings take metadata as text inside JSON. */
function parsed(metadata: unknown): unknown {
  return typeof metadata === "string" ? (JSON.parse(metadata) as unknown) : metadata;
}

/** Node reads headers as Latin-1; workerd writes UTF-8. */
function fromHeader(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}
