import { buildObjectEntryProps } from "miniflare";
import type { KvEntry, Runtime } from "../types.ts";
import type { Pack } from "./pack.ts";

/** KV of the storage instance, in the protocol that workerd's KV bindings speak. */
export function kvAccess(storage: () => Pack, namespaceId: string): ReturnType<Runtime["kv"]> {
  const headers = { "x-chittyops-props": encodeURIComponent(JSON.stringify(buildObjectEntryProps(namespaceId))) };
  const call = async (path: string, options: Parameters<Pack["link"]>[1] = {}) => {
    const answer = await storage().link(`store/${encodeURIComponent("kv:ns:entry")}/${path}`, {
      ...options,
      headers: { ...headers, ...options.headers },
    });
    if (answer.status >= 400 && answer.status !== 404) throw new Error(`KV: ${answer.body.toString("utf8")}`);
    return answer;
  };
  const keyPath = (key: string): string => `${encodeURIComponent(key)}?urlencoded=true`;
  return {
    async get(key): Promise<KvEntry | undefined> {
      const answer = await call(keyPath(key));
      if (answer.status === 404) return undefined;
      const metadata = answer.headers["cf-kv-metadata"];
      const expiration = answer.headers["cf-expiration"];
      return {
        value: answer.body,
        ...(typeof metadata === "string" ? { metadata: JSON.parse(metadata) as unknown } : {}),
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
      const answer = await call(`?${query}`);
      const listed = JSON.parse(answer.body.toString("utf8")) as {
        keys: { name: string; expiration?: number; metadata?: string | unknown }[];
        list_complete: boolean;
        cursor?: string;
      };
      const keys = listed.keys.map(({ name, expiration, metadata }) => ({
        name,
        ...(expiration === undefined || expiration === null ? {} : { expiration }),
        ...(metadata === undefined || metadata === null
          ? {}
          : { metadata: typeof metadata === "string" ? (JSON.parse(metadata) as unknown) : metadata }),
      }));
      return { keys, ...(listed.list_complete || !listed.cursor ? {} : { cursor: listed.cursor }) };
    },
  };
}

/** A header takes ASCII only. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
