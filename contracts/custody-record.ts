import { z } from "zod";

/** SHA-256 of a document as it was handed in, hexadecimal. */
const documentDigest = z.string().regex(/^[0-9a-f]{64}$/);

/** Something that happened to a document: a message of the queue `CUSTODY`. It holds no content of the document. */
export const custodyEvent = z.object({
  /** UUID; the same event sent twice is recorded once. */
  event: z.uuid(),
  at: z.iso.datetime(),
  /** Who did it: the subject of an Access token with its e-mail address, or the child itself. */
  who: z.object({ subject: z.string().min(1).max(200), email: z.string().max(320).optional() }),
  what: z.enum(["stored", "read", "filed", "rewrapped"]),
  tenant: z.string().min(1),
  case: z.string().min(1),
  document: z.string().min(1),
  documentDigest,
  /** Where its ciphertext is kept: the object's key in the bucket `DOCUMENTS`, and in that of the backups. */
  object: z.string().min(1).max(1_024),
  /** Version of the root key that the document's key is wrapped under from then on. */
  keyVersion: z.int().min(1),
});
export type CustodyEvent = z.infer<typeof custodyEvent>;

/**
 * One record of custody: an object `custody/<sequence, ten digits>.json` of the locked bucket, linked by `contracts/hash-chain.ts`
 * in the chain `custody/<environment>/<child>`.
 */
export const custodyRecord = custodyEvent.extend({
  chain: z.string().startsWith("custody/"),
  sequence: z.int().min(1),
  previous: z.string(),
  digest: z.string(),
});
export type CustodyRecord = z.infer<typeof custodyRecord>;

/** Name of a child's chain of custody. */
export function custodyChainOf({ environment, child }: { environment: string; child: string }): string {
  return `custody/${environment}/${child}`;
}
