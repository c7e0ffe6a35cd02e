import pRetry from "p-retry";
import { BackupFailed } from "./backup-failed.ts";
import type { Destination, StoredFile } from "./destination.ts";

export interface R2DestinationOptions {
  accountId: string;
  bucket: string;
  /** Secret: an API token that may read and edit the bucket's objects. */
  apiToken: string;
  /** Cloudflare's API, or the embedded cloud's: `http://127.0.0.1:<port>/client/v4`. */
  baseUrl?: string;
}

interface Envelope {
  errors?: { code: number; message: string }[];
  result?: unknown;
  result_info?: { cursor?: string; is_truncated?: boolean };
}

const noSuchKey = 10007;
const timeout = 120_000;
const attempts = 6;

/** Backups in an R2 bucket, by the objects of Cloudflare's API: https://developers.cloudflare.com/api/resources/r2/subresources/buckets/ */
export function r2Destination(options: R2DestinationOptions): Destination {
  const { accountId, bucket, apiToken, baseUrl = "https://api.cloudflare.com/client/v4" } = options;
  const description = `R2 bucket ${bucket}`;
  const objects = `${baseUrl}/accounts/${encodeURIComponent(accountId)}/r2/buckets/${encodeURIComponent(bucket)}/objects`;
  const urlOf = (path: string) => `${objects}/${path.split("/").map(encodeURIComponent).join("/")}`;

  /** Every call may be sent again: what it does twice is what it does once. */
  async function ask(
    method: string,
    url: string,
    signal?: AbortSignal,
    body?: Uint8Array,
  ): Promise<Buffer | undefined> {
    return pRetry(
      async () => {
        const response = await fetch(url, {
          method,
          headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/octet-stream" },
          signal: AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]),
          ...(body ? { body } : {}),
        });
        const content = Buffer.from(await response.arrayBuffer());
        if (response.ok) return content;
        const { errors = [] } = parsed(content);
        if (response.status === 404 && errors.some(({ code }) => code === noSuchKey)) return undefined;
        const said = errors.map(({ code, message }) => `${code} ${message}`).join(", ");
        throw new Refused(response.status, said);
      },
      {
        retries: attempts - 1,
        minTimeout: 200,
        maxTimeout: 20_000,
        randomize: true,
        ...(signal ? { signal } : {}),
        shouldRetry: ({ error }) => !(error instanceof Refused) || error.isPassing,
      },
    ).catch((error: Error) => {
      if (signal?.aborted) throw error;
      const what = error instanceof Refused ? error.message : `no answer (${reasonOf(error)})`;
      throw new BackupFailed("destination", `${description}: ${method} was answered by ${what}.`, {
        remedy: "Check the account, the bucket's name and its locks, and that the token may edit its objects.",
      });
    });
  }

  return {
    description,
    async put(path, content, signal) {
      await ask("PUT", urlOf(path), signal, content);
    },
    get: (path, signal) => ask("GET", urlOf(path), signal),
    async list(folder, signal) {
      const files: StoredFile[] = [];
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({ prefix: folder, per_page: "1000", ...(cursor ? { cursor } : {}) });
        const { result, result_info: info } = parsed(await ask("GET", `${objects}?${query}`, signal));
        if (!Array.isArray(result)) {
          throw new BackupFailed("destination", `${description}: its list of objects cannot be read.`, {
            remedy: "Check that the base URL is that of Cloudflare's API, then start again.",
          });
        }
        for (const { key, size } of result as { key: string; size: number }[]) files.push({ path: key, bytes: size });
        cursor = info?.is_truncated === false ? undefined : info?.cursor || undefined;
      } while (cursor);
      return files;
    },
    async remove(path) {
      await ask("DELETE", urlOf(path));
    },
  };
}

class Refused extends Error {
  readonly isPassing: boolean;
  constructor(status: number, said: string) {
    super(`status ${status}${said ? ` (${said})` : ""}`);
    this.isPassing = status === 429 || status === 408 || status >= 500;
  }
}

function reasonOf(error: Error): string {
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return typeof code === "string" ? code : error.name;
}

function parsed(content: Buffer | undefined): Envelope {
  try {
    return JSON.parse(content?.toString("utf8") ?? "{}");
  } catch {
    return {};
  }
}
