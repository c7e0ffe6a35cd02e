/** What is done with one chunk; `last` is known, since the chunk before the end of the stream is held back until then. */
export type ChunkWork = (
  chunk: Uint8Array<ArrayBuffer>,
  position: { index: number; last: boolean },
) => Promise<Uint8Array>;

/**
 * Cuts a stream into chunks of `size` bytes, the last one shorter or empty, and hands on what `work` makes of each. It holds one chunk,
 * however long the stream is.
 */
export function inChunks(size: number, work: ChunkWork): TransformStream<Uint8Array, Uint8Array> {
  const held = new Uint8Array(size);
  let filled = 0;
  let index = 0;
  const handOn = async (controller: TransformStreamDefaultController<Uint8Array>, last: boolean) => {
    const made = await work(held.subarray(0, filled), { index, last });
    if (made.length > 0) controller.enqueue(made);
    index += 1;
    filled = 0;
  };
  return new TransformStream({
    async transform(piece, controller) {
      for (let at = 0; at < piece.length; ) {
        if (filled === size) await handOn(controller, false);
        const taken = piece.subarray(at, at + size - filled);
        held.set(taken, filled);
        filled += taken.length;
        at += taken.length;
      }
    },
    flush: (controller) => handOn(controller, true),
  });
}
