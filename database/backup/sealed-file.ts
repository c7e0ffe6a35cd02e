import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createZstdCompress, createZstdDecompress } from "node:zlib";
import type { Decrypter, Encrypter } from "age-encryption";
import { type Digest, digester } from "../digester.ts";
import { BackupFailed } from "./backup-failed.ts";

export const defaultPieceBytes = 16 * 2 ** 20;

/**
 * Compresses and encrypts a stream, and hands it on in pieces of one size (the last may be smaller), so that memory stays bounded and a destination
 * can send a piece again. The pieces together are one age file of one zstd stream: `cat t0001.* | age -d -i key | zstd -d` reads it.
 * @returns what went in.
 */
export async function seal(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  encrypter: Encrypter,
  options: { pieceBytes: number; put: (piece: Uint8Array) => Promise<void>; signal: AbortSignal },
): Promise<Digest> {
  const plain = digester();
  await pipeline(
    source,
    plain.through,
    createZstdCompress(),
    async (compressed: AsyncIterable<Uint8Array>) => {
      let waiting: Uint8Array[] = [];
      let bytes = 0;
      for await (let chunk of await encrypter.encrypt(ReadableStream.from(compressed))) {
        while (bytes + chunk.length >= options.pieceBytes) {
          const fitting = options.pieceBytes - bytes;
          await options.put(Buffer.concat([...waiting, chunk.subarray(0, fitting)]));
          chunk = chunk.subarray(fitting);
          waiting = [];
          bytes = 0;
        }
        if (chunk.length > 0) waiting.push(chunk);
        bytes += chunk.length;
      }
      if (bytes > 0) await options.put(Buffer.concat(waiting));
    },
    { signal: options.signal },
  );
  return plain.digest();
}

/** The other way. @returns what came out. @throws BackupFailed `wrong-key`, or whatever reading a piece throws. */
export async function unseal(
  pieces: AsyncIterable<Uint8Array>,
  decrypter: Decrypter,
  { into, made, signal }: { into: Writable; made: SealedFor; signal: AbortSignal },
): Promise<Digest> {
  const plain = digester();
  const decrypted = await decrypter.decrypt(ReadableStream.from(pieces)).catch((error: Error) => {
    // The second is what a key service causes that gives back another key.
    throw /no identity matched|HMAC/.test(error.message) ? wrongKey(made) : error;
  });
  await pipeline(decrypted, createZstdDecompress(), plain.through, into, { signal });
  return plain.digest();
}

export interface SealedFor {
  what: string;
  recipients: readonly string[];
}

function wrongKey({ what, recipients }: SealedFor): BackupFailed {
  return new BackupFailed("wrong-key", `${what} does not open with the identities that were given.`, {
    expected: `the identity of a recipient with the fingerprint ${recipients.join(" or ")}`,
    remedy:
      "Give the identity that was current when the backup was made; old ones stay needed as long as their backups are kept.",
  });
}
