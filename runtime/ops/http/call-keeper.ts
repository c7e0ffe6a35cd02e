import { migrate } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";

export interface StoredAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** `new`: go on, and finish or forget it. `running`: somebody does. `other`: the key was used for another call. */
export type KnownCall =
  | { state: "new" }
  | { state: "running" }
  | { state: "other" }
  | { state: "done"; answer: StoredAnswer };

const schema = [
  ["CREATE TABLE IF NOT EXISTS calls (key TEXT PRIMARY KEY, digest TEXT NOT NULL, at INTEGER NOT NULL, answer TEXT)"],
];

const keptMilliseconds = 24 * 3_600_000;
/** After this a call that has not ended is taken for dead. */
const runningMilliseconds = 60_000;

/** Which calls were made under which idempotency key in the last day, and what they were answered. */
export class CallKeeper {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "calls", schema);
  }

  begin(key: string, digest: string, now: number): KnownCall {
    return this.#storage.transactionSync(() => {
      this.#storage.sql.exec("DELETE FROM calls WHERE at < ?", now - keptMilliseconds);
      const [known] = this.#storage.sql
        .exec<{ digest: string; at: number; answer: string | null }>(
          "SELECT digest, at, answer FROM calls WHERE key = ?",
          key,
        )
        .toArray();
      if (known !== undefined && known.digest !== digest) return { state: "other" };
      if (known?.answer) return { state: "done", answer: JSON.parse(known.answer) };
      if (known !== undefined && now - known.at < runningMilliseconds) return { state: "running" };
      this.#storage.sql.exec("INSERT OR REPLACE INTO calls VALUES (?, ?, ?, NULL)", key, digest, now);
      return { state: "new" };
    });
  }

  finish(key: string, answer: StoredAnswer): void {
    this.#storage.sql.exec("UPDATE calls SET answer = ? WHERE key = ?", JSON.stringify(answer), key);
  }

  /** The call failed: it may be made again. */
  forget(key: string): void {
    this.#storage.sql.exec("DELETE FROM calls WHERE key = ? AND answer IS NULL", key);
  }
}
