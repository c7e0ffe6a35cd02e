import { createHash } from "node:crypto";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { OpsContext } from "../http/ops-app.ts";

/** Between two looks at whether a page that somebody has open has changed. */
const lookMilliseconds = 3_000;
/**
 * A connection ends after so many looks; the browser makes a new one, with its credentials checked again. A look at the children may ask each of
 * their shards, and one request may ask a thousand times.
 */
const looks = 10;

/** Says of what a page shows whether it is still the same. */
export const versionOf = (model: unknown): string =>
  createHash("sha256").update(JSON.stringify(model)).digest("base64url").slice(0, 22);

/**
 * The page's version as server-sent events, first and whenever it changes. The page itself is fetched by who has another one.
 * @param load its model now; undefined ends the stream
 */
export function versionStream(c: Context<OpsContext>, load: () => Promise<unknown>): Response {
  return streamSSE(c, async (stream) => {
    let said: string | undefined;
    for (let look = 0; look < looks && !stream.aborted; look++) {
      const model = await load();
      if (model === undefined) return;
      const version = versionOf(model);
      if (version !== said) await stream.writeSSE({ event: "version", data: version, retry: lookMilliseconds });
      else await stream.write(":\n\n");
      said = version;
      await stream.sleep(lookMilliseconds);
    }
  });
}
