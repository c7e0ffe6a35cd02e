import type { RecordBucket } from "../../chain/record-bucket.ts";

/** A bucket whose objects cannot be written twice, as a locked one's, and that can be made to fail. */
export interface MemoryBucket extends RecordBucket {
  objects: Map<string, string>;
  /** What happens to the next writes: nothing is written, or it is and the answer is lost. */
  fail: ("before" | "after")[];
}

export function memoryBucket(): MemoryBucket {
  const objects = new Map<string, string>();
  const bucket: MemoryBucket = {
    objects,
    fail: [],
    async put(key, value) {
      const failure = bucket.fail.shift();
      if (failure === "before") throw new Error("the bucket does not answer");
      if (objects.has(key)) return null;
      objects.set(key, value);
      if (failure === "after") throw new Error("the answer of the bucket was lost");
      return { key };
    },
    async get(key) {
      const value = objects.get(key);
      return value === undefined ? null : { text: async () => value };
    },
  };
  return bucket;
}
