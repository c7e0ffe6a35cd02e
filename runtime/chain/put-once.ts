import type { RecordBucket } from "./record-bucket.ts";

/**
 * Puts a text into a locked bucket. One that is there already under this name is written: its answer was lost.
 * @throws Error when the bucket fails, or holds something else under this name
 */
export async function putOnce(bucket: RecordBucket, key: string, text: string): Promise<void> {
  let failure: unknown;
  try {
    if ((await bucket.put(key, text, { onlyIf: { etagDoesNotMatch: "*" } })) !== null) return;
    failure = new Error(`${key} of the locked bucket holds something that this keeper did not write.`);
  } catch (error) {
    failure = error;
  }
  // Locked, it cannot have changed since.
  if ((await (await bucket.get(key))?.text()) !== text) throw failure;
}
