import pRetry, { AbortError } from "p-retry";
import { BackupFailed } from "./backup-failed.ts";
import type { KeyService } from "./key-service.ts";

/**
 * A key service behind two HTTP endpoints, which any KMS can be put behind: `POST <url>/wrap` and `POST <url>/unwrap`, each with `{"key": <base64>}`
 * both ways. @param token secret, sent as a bearer token.
 */
export function httpKeyService({ name, url, token }: { name: string; url: string; token: string }): KeyService {
  async function ask(what: "wrap" | "unwrap", key: Uint8Array): Promise<Uint8Array> {
    const body = JSON.stringify({ key: Buffer.from(key).toString("base64") });
    const answer = await pRetry(
      async () => {
        const response = await fetch(`${url}/${what}`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body,
          signal: AbortSignal.timeout(30_000),
        });
        if (response.ok) return (await response.json()) as { key?: unknown };
        const error = new Error(`status ${response.status}`);
        throw response.status === 429 || response.status >= 500 ? error : new AbortError(error);
      },
      { retries: 4, minTimeout: 200, randomize: true, shouldRetry: () => true },
    ).catch((error: Error) => {
      throw new BackupFailed("key-service", `Key service ${name} would not ${what} a key: ${error.message}.`, {
        remedy: "Check that it runs, that its token is right and that it still has the key.",
      });
    });
    if (typeof answer.key !== "string") {
      throw new BackupFailed("key-service", `Key service ${name} answered without a key.`, {
        expected: '{"key": "<base64>"}',
        remedy: "Check what stands behind its URL.",
      });
    }
    return Buffer.from(answer.key, "base64");
  }
  return { name, wrap: (key) => ask("wrap", key), unwrap: (wrapped) => ask("unwrap", wrapped) };
}
