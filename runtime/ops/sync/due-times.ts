const bucketMilliseconds = 10_000;

/**
 * Who is due when, by ranges of ten seconds. Whoever becomes due later stays where they are, and is moved when that range has its turn: a tick
 * moves nothing.
 */
export class DueTimes {
  readonly #dueOf: (key: string) => number | undefined;
  readonly #buckets = new Map<number, Set<string>>();

  /** @param dueOf when a key is due, in milliseconds; undefined: it is gone */
  constructor(dueOf: (key: string) => number | undefined) {
    this.#dueOf = dueOf;
  }

  /** To be called for what is new, and for what is due sooner than before. */
  add(key: string, due: number): void {
    const bucket = Math.floor(due / bucketMilliseconds);
    const keys = this.#buckets.get(bucket);
    if (keys === undefined) this.#buckets.set(bucket, new Set([key]));
    else keys.add(key);
  }

  clear(): void {
    this.#buckets.clear();
  }

  /** Those that are due by then, the first range first, so many at most. They stay until they are due at another time, or gone. */
  until(now: number, limit: number): string[] {
    const found: string[] = [];
    for (let bucket = this.#first(); bucket !== undefined && found.length < limit; bucket = this.#first(bucket)) {
      if (bucket * bucketMilliseconds > now) break;
      const due = this.#settled(bucket).filter(([, at]) => at <= now);
      found.push(...due.sort(([, a], [, b]) => a - b).map(([key]) => key));
    }
    return found.slice(0, limit);
  }

  /** When the first is due. */
  next(): number | undefined {
    for (let bucket = this.#first(); bucket !== undefined; bucket = this.#first(bucket)) {
      const [first] = this.#settled(bucket).sort(([, a], [, b]) => a - b);
      if (first !== undefined) return first[1];
    }
    return undefined;
  }

  /** What is still in a range, once whoever is due at another time has moved there. */
  #settled(bucket: number): [key: string, due: number][] {
    const keys = this.#buckets.get(bucket) ?? new Set<string>();
    const left: [string, number][] = [];
    for (const key of keys) {
      const due = this.#dueOf(key);
      if (due !== undefined && Math.floor(due / bucketMilliseconds) === bucket) left.push([key, due]);
      else {
        keys.delete(key);
        if (due !== undefined) this.add(key, due);
      }
    }
    if (keys.size === 0) this.#buckets.delete(bucket);
    return left;
  }

  #first(after = Number.NEGATIVE_INFINITY): number | undefined {
    let first: number | undefined;
    for (const bucket of this.#buckets.keys()) {
      if (bucket > after && (first === undefined || bucket < first)) first = bucket;
    }
    return first;
  }
}
