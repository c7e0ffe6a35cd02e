import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { evidenceFiles } from "./evidence-files.ts";
import type { Review } from "./review.ts";
import { serializeEnvelope, signedBytes } from "./seal/envelope.ts";
import { statementOf, statementType } from "./seal/statement.ts";
import { manifestFile } from "./seal/verify-folder.ts";

/** Signs, with a key that never leaves it. */
export interface Signer {
  /** `keyIdOf` its public key. */
  keyId: string;
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

/**
 * Writes the evidence of a review with its signed manifest, as a folder that is there whole or not at all.
 * @param folder must not exist yet.
 */
export async function writeEvidence(
  folder: string,
  review: Review,
  previous: Review | undefined,
  signer: Signer,
): Promise<void> {
  const files = await evidenceFiles(review, previous);
  const payload = Buffer.from(JSON.stringify(statementOf(review, files), null, 2));
  const sig = await signer.sign(signedBytes(statementType, payload));
  const manifest = serializeEnvelope({
    payload,
    payloadType: statementType,
    signatures: [{ keyid: signer.keyId, sig }],
  });
  const writing = `${folder}.writing`;
  rmSync(writing, { recursive: true, force: true });
  mkdirSync(writing, { recursive: true });
  for (const [name, text] of [...files, [manifestFile, manifest] as const]) writeFileSync(join(writing, name), text);
  renameSync(writing, folder);
}
