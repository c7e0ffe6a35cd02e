import { createHash } from "node:crypto";
import { join } from "node:path";
import type { SQLInputValue, StatementSync } from "node:sqlite";
import type { Collection } from "./collection.ts";
import { openDatabase } from "./database.ts";
import { readDesiredState } from "./desired-state.ts";
import { StoreCorrupt } from "./store-corrupt.ts";
import type { Store } from "./store-interface.ts";
import { sweep } from "./sweep.ts";

export type { Store };

/**
 * Opens the store of the embedded cloud in `directory` (made if absent).
 * @throws {StoreCorrupt} when what lies there cannot be trusted.
 */
export function openStore(directory: string): Store {
  const database = openDatabase(directory);
  const file = join(directory, "store.sqlite");
  const statements = new Map<string, StatementSync>();
  /** Contents that somebody still holds: many scripts have the same modules, and they are asked for at each change. */
  const held = new Map<string, WeakRef<Uint8Array>>();
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
      const known = held.get(hash)?.deref();
      if (known) return known;
      const content = prepare("SELECT content FROM blobs WHERE hash = ?").get(hash)?.content;
      if (!(content instanceof Uint8Array)) throw new StoreCorrupt(file, `no content for ${hash}`);
      held.set(hash, new WeakRef(content));
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
  sweep(store);
  return store;
}
