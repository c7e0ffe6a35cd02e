import { z } from "zod";
import { backUp } from "../custody/back-up.ts";
import { checked } from "../problem/checked.ts";
import type { CourtCall } from "./audited.ts";
import { onlyObject } from "./environment.ts";

const page = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});

/**
 * Puts the ciphertext of documents that are missing in the bucket back, from the backup. It goes through the records of custody, which name
 * every document there ever was, a page for each call.
 *
 * `lost`: those that are in neither. `next`: where the following call goes on; null once all were seen.
 */
export async function restoreDocuments({ context, env }: CourtCall): Promise<Response> {
  const { after, limit } = checked(page, context.req.query());
  const { records } = await env.CUSTODY_CHAIN.getByName(onlyObject).read(after, limit);
  const next = records.length < limit ? null : (records.at(-1)?.sequence ?? null);
  const restored: string[] = [];
  const lost: string[] = [];
  const stored = records.filter(({ what }) => what === "stored");
  for (const event of stored) {
    const { object: key } = event;
    if ((await env.DOCUMENTS.head(key)) !== null) continue;
    if ((await env.BACKUP.head(key)) === null) lost.push(key);
    else {
      await backUp([event], env.BACKUP, env.DOCUMENTS);
      restored.push(key);
    }
  }
  return Response.json({ documents: stored.length, restored, lost, next });
}
