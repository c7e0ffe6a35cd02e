import { createHash, randomUUID } from "node:crypto";
import { z } from "zod";
import { type D1ImportRecord, d1Imports } from "../../store/records/stores.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { databaseOf } from "./d1.ts";

const base = "/accounts/:account/d1/database/:database/import";
const importBody = z.discriminatedUnion("action", [
  z.object({ action: z.literal("init"), etag: z.string().regex(/^[0-9a-f]{32}$/) }),
  z.object({ action: z.literal("ingest"), etag: z.string(), filename: z.string() }),
  z.object({ action: z.literal("poll"), current_bookmark: z.string() }),
]);

/** `wrangler d1 execute --file` and `d1 migrations apply`: announce a file, upload it, run it. */
export const d1ImportRoutes: Route[] = [
  route("POST", base, async (call) => {
    const body = await call.json(importBody, 7400);
    const { id: databaseId } = databaseOf(call);
    if (body.action === "init") {
      const filename = `${body.etag}.${randomUUID()}.sql`;
      call.store.put(d1Imports, { filename, databaseId, etag: body.etag });
      const upload_url = `${new URL(call.request.url).href.replace(/\?.*$/, "")}/${filename}`;
      return ok({ success: true, type: "import", filename, upload_url });
    }
    const known = call.store.list(d1Imports, databaseId);
    const pending =
      body.action === "ingest"
        ? known.find(({ filename }) => filename === body.filename)
        : known.find(({ result }) => result?.at_bookmark === body.current_bookmark);
    if (!pending) throw new ApiError(404, 7404, "There is no such import.");
    return ok(pending.result ?? (await ingest(call, pending)));
  }),
  {
    ...route("PUT", `${base}/:filename`, async (call) => {
      const pending = call.store.get(d1Imports, call.parameter("database"), call.parameter("filename"));
      if (!pending) throw new ApiError(404, 7404, "There is no such import.");
      const content = new Uint8Array(await call.request.arrayBuffer());
      const etag = createHash("md5").update(content).digest("hex");
      if (etag !== pending.etag)
        throw new ApiError(400, 7400, `The file is not the one announced: its md5 is ${etag}.`);
      call.store.transaction(() => call.store.put(d1Imports, { ...pending, hash: call.store.putBlob(content) }));
      return new Response(null, { headers: { etag: `"${etag}"` } });
    }),
    anonymous: true,
  },
];

async function ingest(call: Call, pending: D1ImportRecord): Promise<Record<string, unknown>> {
  if (pending.hash === undefined) throw new ApiError(400, 7400, "The file has not been uploaded.");
  const sql = new TextDecoder().decode(call.store.blob(pending.hash));
  const started = performance.now();
  const at_bookmark = randomUUID();
  try {
    const results = await call.runtime.d1(pending.databaseId).query(sql, []);
    const sum = (member: string) => results.reduce((total, { meta }) => total + (Number(meta[member]) || 0), 0);
    const meta = {
      duration: performance.now() - started,
      rows_read: sum("rows_read"),
      rows_written: sum("rows_written"),
      changes: sum("changes"),
      size_after: Number(results.at(-1)?.meta.size_after ?? 0),
    };
    const result = {
      success: true,
      type: "import",
      status: "complete",
      at_bookmark,
      messages: [`Processed ${results.length} queries.`],
      result: { num_queries: results.length, final_bookmark: at_bookmark, meta },
    };
    call.store.put(d1Imports, { ...pending, result });
    return result;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { success: false, type: "import", status: "error", at_bookmark, messages: [], error: text, errors: [text] };
  }
}
