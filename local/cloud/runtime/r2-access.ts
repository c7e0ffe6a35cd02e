import type { Runtime } from "../types.ts";
import type { Pack } from "./pack.ts";
import { asciiJson, storeCall } from "./store-call.ts";
import { r2StorageName } from "./unit-bindings.ts";

interface R2Object {
  name: string;
  size: number;
  etag: string;
  /** Milliseconds since the epoch. */
  uploaded: number;
  httpFields?: Record<string, string | number>;
}

export interface R2Access extends ReturnType<Runtime["r2"]> {
  head(key: string): Promise<{ etag: string; uploaded: Date } | undefined>;
}

/** R2 of the storage instance. */
export function r2Access(storage: () => Pack, bucketKey: string): R2Access {
  const call = storeCall(storage, "r2:bucket:entry", r2StorageName(bucketKey), true);

  /** Answers hold a JSON part and, for an object, its content behind it. */
  async function ask<T>(request: object, content?: Uint8Array): Promise<{ result: T; content: Buffer } | undefined> {
    const { status, headers, body } =
      content === undefined
        ? await call("", { headers: { "cf-r2-request": asciiJson(request) } })
        : await call("", prefixed(request, content));
    const problem = headers["cf-r2-error"];
    if (typeof problem === "string" || status >= 400) {
      const { message = body.toString("utf8"), v4code } = typeof problem === "string" ? JSON.parse(problem) : {};
      if (v4code === noSuchKey) return undefined;
      throw new Error(`R2: ${message}`);
    }
    const size = Number(headers["cf-r2-metadata-size"] ?? body.length);
    const json = body.subarray(0, size).toString("utf8");
    return { result: JSON.parse(json || "{}") as T, content: body.subarray(size) };
  }

  const list: ReturnType<Runtime["r2"]>["list"] = async (options) => {
    const answer = await ask<{ objects: R2Object[]; truncated: boolean; cursor?: string; delimitedPrefixes: string[] }>(
      {
        version: 1,
        method: "list",
        ...options,
      },
    );
    const { objects = [], truncated = false, cursor, delimitedPrefixes = [] } = answer?.result ?? {};
    return {
      objects: objects.map(({ name, size, etag, uploaded }) => ({
        key: name,
        size,
        etag,
        uploaded: new Date(uploaded),
      })),
      ...(truncated && cursor ? { cursor } : {}),
      delimitedPrefixes,
    };
  };

  return {
    async isEmpty() {
      const { objects } = await list({ limit: 1 });
      return objects.length === 0;
    },
    list,
    async get(key) {
      const answer = await ask<R2Object>({ version: 1, method: "get", object: key });
      if (!answer) return undefined;
      const { etag, uploaded, httpFields = {} } = answer.result;
      const httpMetadata = Object.fromEntries(Object.entries(httpFields).map(([name, value]) => [name, String(value)]));
      return { body: answer.content, httpMetadata, etag, uploaded: new Date(uploaded) };
    },
    async head(key) {
      const answer = await ask<R2Object>({ version: 1, method: "head", object: key });
      return answer && { etag: answer.result.etag, uploaded: new Date(answer.result.uploaded) };
    },
    async put(key, body, httpMetadata = {}) {
      const answer = await ask<R2Object>({ version: 1, method: "put", object: key, httpFields: httpMetadata }, body);
      return { etag: answer?.result.etag ?? "" };
    },
    async delete(key) {
      const nothing = Buffer.alloc(0);
      await ask({ version: 1, method: "delete", object: key }, nothing);
    },
  };
}

const noSuchKey = 10007;

function prefixed(
  request: object,
  content: Uint8Array,
): { method: string; headers: Record<string, string>; body: Buffer } {
  const metadata = Buffer.from(JSON.stringify(request));
  return {
    method: "PUT",
    headers: { "cf-r2-metadata-size": String(metadata.length) },
    body: Buffer.concat([metadata, content]),
  };
}
