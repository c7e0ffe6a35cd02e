import { type ChainHead, chainStart, type Link, linkRecord } from "../../contracts/hash-chain.ts";
import { migrate } from "../storage/migrate.ts";
import type { ObjectStorage } from "../storage/object-storage.ts";
import { putOnce } from "./put-once.ts";
import type { RecordBucket } from "./record-bucket.ts";

export interface ChainOptions {
  /** Name of the chain: part of every record. */
  chain: string;
  /** The locked bucket that gets the records, and where in it. */
  bucket: RecordBucket;
  keyOf(firstSequence: number): string;
  /** How many records one object of the bucket holds at most, a line of JSON each. */
  recordsPerObject: number;
}

const schema = [
  [
    "CREATE TABLE IF NOT EXISTS records (sequence INTEGER PRIMARY KEY, key TEXT UNIQUE, record TEXT)",
    "CREATE TABLE IF NOT EXISTS objects (first INTEGER PRIMARY KEY, last INTEGER, written INTEGER)",
  ],
];

/**
 * The one writer of a hash chain: records are linked and kept in the storage of a Durable Object, then written to a locked bucket in
 * order. An object of the bucket is decided on before it is written, so that one that was written and not noted is the same when it is
 * written again.
 */
export class ChainKeeper<T extends object> {
  readonly #storage: ObjectStorage;
  readonly #options: ChainOptions;

  constructor(storage: ObjectStorage, options: ChainOptions) {
    this.#storage = storage;
    this.#options = options;
    migrate(storage, "chain", schema);
  }

  /** Appends a record. One with a key that is there already is the same one come again, and changes nothing. */
  append(key: string, body: T): T & Link {
    return this.#storage.transactionSync(() => {
      const [known] = this.#query<{ record: string }>("SELECT record FROM records WHERE key = ?", key);
      if (known !== undefined) return JSON.parse(known.record);
      const record = linkRecord(body, this.#options.chain, this.head());
      this.#query("INSERT INTO records VALUES (?, ?, ?)", record.sequence, key, JSON.stringify(record));
      return record;
    });
  }

  head(): ChainHead {
    const [last] = this.#query<{ record: string }>("SELECT record FROM records ORDER BY sequence DESC LIMIT 1");
    if (last === undefined) return chainStart;
    const { sequence, digest }: Link = JSON.parse(last.record);
    return { sequence, digest };
  }

  /** Records after a sequence number, in order; of those that are kept here. */
  read(after: number, limit: number): (T & Link)[] {
    return this.#query<{ record: string }>(
      "SELECT record FROM records WHERE sequence > ? ORDER BY sequence LIMIT ?",
      after,
      limit,
    ).map(({ record }) => JSON.parse(record));
  }

  /**
   * Records after a sequence number, in order, those too that only the bucket has by now. There may be fewer than `limit` although more follow.
   * @throws Error when the bucket fails or has lost an object
   */
  async page(after: number, limit: number): Promise<(T & Link)[]> {
    const [object] = this.#query<{ first: number }>(
      "SELECT first FROM objects WHERE last > ? AND last < (SELECT min(sequence) FROM records) ORDER BY first LIMIT 1",
      after,
    );
    if (object === undefined) return this.read(after, limit);
    const key = this.#options.keyOf(object.first);
    const text = await (await this.#options.bucket.get(key))?.text();
    if (text === undefined) throw new Error(`${key} of the locked bucket is gone.`);
    const records: (T & Link)[] = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    return records.filter(({ sequence }) => sequence > after).slice(0, limit);
  }

  /** Leaves all but about the last `kept` records to the bucket alone: those of whole objects that are written. The last record stays. */
  forget(kept: number): void {
    this.#query(
      "DELETE FROM records WHERE sequence <= (SELECT max(last) FROM objects WHERE written = 1 AND last <= ?)",
      this.head().sequence - Math.max(1, kept),
    );
  }

  /**
   * Writes what the bucket does not have yet.
   * @throws Error when the bucket fails, or holds something else under the name of a record; nothing is lost, and the next call goes on
   */
  async write(): Promise<void> {
    for (let object = this.#nextObject(); object !== undefined; object = this.#nextObject()) {
      const { first, last } = object;
      const lines = this.read(first - 1, last - first + 1).map((record) => `${JSON.stringify(record)}\n`);
      await putOnce(this.#options.bucket, this.#options.keyOf(first), lines.join(""));
      this.#query("UPDATE objects SET written = 1 WHERE first = ?", first);
    }
  }

  /** Whether every record is in the bucket. */
  get written(): boolean {
    return this.head().sequence === this.#lastOf("WHERE written = 1");
  }

  #nextObject(): { first: number; last: number } | undefined {
    const [open] = this.#query<{ first: number; last: number }>(
      "SELECT first, last FROM objects WHERE written = 0 ORDER BY first LIMIT 1",
    );
    if (open !== undefined) return open;
    const first = this.#lastOf("") + 1;
    const last = Math.min(this.head().sequence, first + this.#options.recordsPerObject - 1);
    if (last < first) return undefined;
    this.#query("INSERT INTO objects VALUES (?, ?, 0)", first, last);
    return { first, last };
  }

  #lastOf(where: "" | "WHERE written = 1"): number {
    return this.#query<{ last: number | null }>(`SELECT max(last) AS last FROM objects ${where}`)[0]?.last ?? 0;
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

/** A sequence number in the name of an object: names sort as the records do. */
export function tenDigits(sequence: number): string {
  return String(sequence).padStart(10, "0");
}
