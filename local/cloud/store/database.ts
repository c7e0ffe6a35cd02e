import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StoreCorrupt } from "./store-corrupt.ts";

/** Raised when a release changes what the store holds; a store of another version is refused, never guessed at. */
const schemaVersion = 1;

/** "CHIT": tells our store from any other SQLite file that may lie at the same place. */
const applicationId = 0x43484954;

const schema = `
  CREATE TABLE documents (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    scope TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT,
    body TEXT NOT NULL,
    UNIQUE (kind, scope, id),
    UNIQUE (kind, scope, name)
  ) STRICT;
  CREATE TABLE blobs (hash TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT, WITHOUT ROWID;
`;

/**
 * Opens `<directory>/store.sqlite`, made if absent. Every commit is on disk when it returns (WAL with `synchronous=FULL`).
 * The folder is private to its owner: the store holds the secrets of Workers in plain, because workerd needs them.
 * @throws {StoreCorrupt} when the file is no store of this version.
 */
export function openDatabase(directory: string): DatabaseSync {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, "store.sqlite");
  const isNew = !existsSync(file);
  const database = new DatabaseSync(file);
  try {
    chmodSync(file, 0o600);
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
    if (isNew || isEmpty(database)) {
      database.exec(
        `BEGIN IMMEDIATE; ${schema} PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT;`,
      );
    }
    check(database, file);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof StoreCorrupt) throw error;
    throw new StoreCorrupt(file, error instanceof Error ? error.message : String(error), error);
  }
}

/** A kill between creating the file and the first commit leaves an empty database, which is as good as none. */
function isEmpty(database: DatabaseSync): boolean {
  return database.prepare("SELECT count(*) AS tables FROM sqlite_schema").get()?.tables === 0;
}

function check(database: DatabaseSync, file: string): void {
  const application = database.prepare("PRAGMA application_id").get()?.application_id;
  if (application !== applicationId) throw new StoreCorrupt(file, "a SQLite database that is not the embedded cloud's");
  const version = database.prepare("PRAGMA user_version").get()?.user_version;
  if (version !== schemaVersion) {
    throw new StoreCorrupt(file, `schema version ${String(version)}, and this program reads version ${schemaVersion}`);
  }
  const verdict = database.prepare("PRAGMA quick_check(1)").get()?.quick_check;
  if (verdict !== "ok") throw new StoreCorrupt(file, `damaged pages (${String(verdict)})`);
}
