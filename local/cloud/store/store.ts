import { createHash } from "node:crypto";
import { join } from "node:path";
import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { DesiredState } from "../types.ts";
import type { Collection } from "./collection.ts";
import { openDatabase } from "./database.ts";
import { readDesiredState } from "./desired-state.ts";
import { StoreCorrupt } from "./store-corrupt.ts";

/** Everything the embedded cloud knows, durable as soon as a call returns (or, inside `transaction`, as soon as that returns). */
export interface Store {
  readonly directory: string;
  /** Runs `work` atomically: all of its writes or none. Synchronous, so nothing else can come between. Transactions nest into one. */
  transaction<T>(work: () => T): T;
  get<R extends object>(collection: Collection<R>, scope: string, id: string): R | undefined;
  byName<R extends object>(collection: Collection<R>, scope: string, name: string): R | undefined;
  /** The record of that id in whichever scope; ids that the API makes are unique everywhere. */
  find<R extends object>(collection: Collection<R>, id: string): R | undefined;
  /** Records of one scope in order of creation; all scopes when none is given. */
  list<R extends object>(collection: Collection<R>, scope?: string): R[];
  /** Inserts, or replaces the record of the same scope and id. */
  put<R extends object>(collection: Collection<R>, record: R): void;
  /** False when there was none. */
  remove<R extends object>(collection: Collection<R>, scope: string, id: string): boolean;
  /** Keeps bytes under their sha256 (hexadecimal), which is returned. */
  putBlob(content: Uint8Array): string;
  blob(hash: string): Uint8Array;
  /** Forgets the blobs that `keep` does not name. */
  sweepBlobs(keep: ReadonlySet<string>): void;
  desiredState(): DesiredState;
  close(): void;
}

/**
 * Opens the store of the embedded cloud in `directory` (made if absent).
 * @throws {StoreCorrupt} when what lies there cannot be trusted.
 */
export function openStore(directory: string): Store {
  const database = openDatabase(directory);
  const file = join(directory, "store.sqlite");
  const statements = new Map<string, StatementSync>();
  let depth = 0;

  function prepare(sql: string): StatementSync {
    let statement = statements.get(sql);
    if (!statement) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  function read<R>(sql: string, ...values: SQLInputValue[]): R[] {
    return prepare(`SELECT body FROM documents WHERE ${sql}`)
      .all(...values)
      .map((row) => {
        try {
          return JSON.parse(String(row.body)) as R;
        } catch (error) {
          throw new StoreCorrupt(file, "a document that is no JSON", error);
        }
      });
  }

  const store: Store = {
    directory,
    transaction(work) {
      if (depth > 0) return work();
      database.exec("BEGIN IMMEDIATE");
      depth++;
      try {
        const result = work();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      } finally {
        depth--;
      }
    },
    get: <R extends object>(of: Collection<R>, scope: string, id: string) =>
      read<R>("kind = ? AND scope = ? AND id = ?", of.kind, scope, id)[0],
    byName: <R extends object>(of: Collection<R>, scope: string, name: string) =>
      read<R>("kind = ? AND scope = ? AND name = ?", of.kind, scope, name)[0],
    find: <R extends object>(of: Collection<R>, id: string) => read<R>("kind = ? AND id = ?", of.kind, id)[0],
    list: <R extends object>(of: Collection<R>, scope?: string) =>
      scope === undefined
        ? read<R>("kind = ? ORDER BY sequence", of.kind)
        : read<R>("kind = ? AND scope = ? ORDER BY sequence", of.kind, scope),
    put(of, record) {
      prepare(
        `INSERT INTO documents (kind, scope, id, name, body) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (kind, scope, id) DO UPDATE SET name = excluded.name, body = excluded.body`,
      ).run(of.kind, of.scope(record), of.id(record), of.name?.(record) ?? null, JSON.stringify(record));
    },
    remove: (of, scope, id) =>
      prepare("DELETE FROM documents WHERE kind = ? AND scope = ? AND id = ?").run(of.kind, scope, id).changes > 0,
    putBlob(content) {
      const hash = createHash("sha256").update(content).digest("hex");
      prepare("INSERT OR IGNORE INTO blobs (hash, content) VALUES (?, ?)").run(hash, content);
      return hash;
    },
    blob(hash) {
      const content = prepare("SELECT content FROM blobs WHERE hash = ?").get(hash)?.content;
      if (!(content instanceof Uint8Array)) throw new StoreCorrupt(file, `no content for ${hash}`);
      return content;
    },
    sweepBlobs(keep) {
      store.transaction(() => {
        for (const row of prepare("SELECT hash FROM blobs").all()) {
          if (!keep.has(String(row.hash))) prepare("DELETE FROM blobs WHERE hash = ?").run(String(row.hash));
        }
      });
    },
    desiredState: () => store.transaction(() => readDesiredState(store)),
    close: () => database.close(),
  };
  return store;
}
