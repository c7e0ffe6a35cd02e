import type { R2Bucket } from "@cloudflare/workers-types";
import type { CustodyEvent } from "../../contracts/custody-record.ts";

/**
 * Copies the ciphertext of documents that came in to the bucket of backups, with the key that it was stored under in its metadata. Once
 * there it stays: the bucket is locked.
 * @throws Error when one cannot be copied; the events come again, and what was copied is left alone
 */
export async function backUp(
  events: CustodyEvent[],
  documents: Pick<R2Bucket, "get">,
  backup: Pick<R2Bucket, "head" | "put">,
): Promise<void> {
  for (const { what, object: key } of events) {
    if (what !== "stored" || (await backup.head(key)) !== null) continue;
    const object = await documents.get(key);
    if (object === null) throw new Error(`${key} is on record and not in the bucket of documents`);
    await backup.put(key, object.body, {
      onlyIf: { etagDoesNotMatch: "*" },
      ...(object.customMetadata && { customMetadata: object.customMetadata }),
    });
  }
}
