/** A stream whose length is known beforehand, as R2 asks for; it fails if it turns out to be another. A class of the platform only. */
export function fixedLength(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  const { FixedLengthStream } = globalThis as unknown as {
    FixedLengthStream: new (bytes: number) => TransformStream<Uint8Array, Uint8Array>;
  };
  return new FixedLengthStream(bytes);
}
