import type { webcrypto } from "node:crypto";
import { authenticated, type DocumentContext } from "./document-context.ts";
import { DocumentError } from "./document-error.ts";
import { type ChunkWork, inChunks } from "./in-chunks.ts";

const chunkBytes = 64 * 2 ** 10;
const tagBytes = 16;

/** Length in bytes of the ciphertext of so many bytes: a store has to know it before it takes a stream. */
export function ciphertextLength(plainLength: number): number {
  return plainLength + tagBytes * Math.max(1, Math.ceil(plainLength / chunkBytes));
}

/**
 * Encrypts a document as it streams by: AES-256-GCM over chunks of 64 KiB, with the chunk's number and whether it is the last as the nonce
 * (the STREAM construction of https://eprint.iacr.org/2015/189). The key is used for this one document only, so no nonce repeats.
 *
 * @param see is shown each chunk of the document on its way, in order: a pass of its own over a stream costs as much again
 */
export function encryptDocument(
  dataKey: webcrypto.CryptoKey,
  context: DocumentContext,
  see: (chunk: Uint8Array) => void = () => {},
): TransformStream<Uint8Array, Uint8Array> {
  const additionalData = authenticated("chunk", context);
  return inChunks(chunkBytes, async (chunk, position) => {
    see(chunk);
    const iv = nonce(position);
    return new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, dataKey, chunk));
  });
}

/**
 * The other way. What comes out is authentic and in order; a ciphertext that was cut shows at its end, when the stream fails with
 * DocumentError `not-authentic` instead of closing.
 */
export function decryptDocument(
  dataKey: webcrypto.CryptoKey,
  context: DocumentContext,
): TransformStream<Uint8Array, Uint8Array> {
  const additionalData = authenticated("chunk", context);
  return inChunks(chunkBytes + tagBytes, async (chunk, position) => {
    try {
      const iv = nonce(position);
      return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, dataKey, chunk));
    } catch {
      throw new DocumentError(
        "not-authentic",
        `Chunk ${position.index + 1} of document ${context.document} of case ${context.case} does not open: the ciphertext is of another document, or it was changed, cut or reordered. Restore it from the backup.`,
      );
    }
  });
}

function nonce({ index, last }: Parameters<ChunkWork>[1]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12);
  new DataView(bytes.buffer).setUint32(7, index);
  bytes[11] = last ? 1 : 0;
  return bytes;
}
