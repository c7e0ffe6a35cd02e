import type { R2Bucket } from "@cloudflare/workers-types";

interface Environment {
  LOGS: R2Bucket;
  RATE_LIMIT: { limit(options: { key: string }): Promise<{ success: boolean }> };
}

/**
 * Keeps what other Workers log, as lines of JSON, in a bucket: one object for each batch, under the hour (UTC) in which it came. Objects
 * are never overwritten, so that the bucket may be locked. Beyond the limit only the number of events is kept: a Worker that logs
 * without end costs no other one anything.
 */
export default {
  async tail(events: { eventTimestamp?: number | null }[], { LOGS, RATE_LIMIT }: Environment): Promise<void> {
    if (events.length === 0) return;
    const { success } = await RATE_LIMIT.limit({ key: "batches" });
    if (!success) return console.warn(`Over the limit: ${events.length} events of this batch are not kept`);
    const at = new Date(events[0]?.eventTimestamp ?? Date.now()).toISOString();
    const key = `tail/${at.slice(0, 13).replaceAll(/[-T]/g, "/")}/${at}-${crypto.randomUUID()}.ndjson`;
    await LOGS.put(key, events.map((event) => `${JSON.stringify(event)}\n`).join(""), {
      onlyIf: { etagDoesNotMatch: "*" },
      httpMetadata: { contentType: "application/x-ndjson" },
    });
  },

  fetch(): Response {
    return new Response(null, { status: 404 });
  },
};
