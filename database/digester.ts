import { createHash } from "node:crypto";
import { Transform } from "node:stream";

export interface Digest {
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

/** Measures what streams through; `digest` is for when all of it has. */
export function digester(): { through: Transform; digest(): Digest } {
  const hash = createHash("sha256");
  let bytes = 0;
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { through, digest: () => ({ bytes, sha256: hash.digest("hex") }) };
}
