import type { CustodyEvent } from "../../contracts/custody-record.ts";
import type { CaseRole } from "../access/case-roles.ts";
import type { ObjectStorage } from "../storage/object-storage.ts";
import type { DocumentRecord, StoredDocument } from "./case-record.ts";

type Row = Record<string, string | number | null>;

const documentColumns =
  "document, content_type AS contentType, bytes, digest, stored_at AS storedAt, stored_by AS storedBy, filed_at AS filedAt";

/** The tables of one case: its state, who is in it, its documents, and custody events that are not in the queue yet. */
export class CaseStore {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    this.#query("CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), key_version INTEGER)");
    this.#query("CREATE TABLE IF NOT EXISTS members (email TEXT PRIMARY KEY, role TEXT)");
    this.#query(
      "CREATE TABLE IF NOT EXISTS documents (document TEXT PRIMARY KEY, content_type TEXT, bytes INTEGER, digest TEXT, stored_at TEXT, stored_by TEXT, filed_at TEXT, object_key TEXT, envelope TEXT)",
    );
    this.#query("CREATE TABLE IF NOT EXISTS custody (id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT)");
  }

  atomically<T>(work: () => T): T {
    return this.#storage.transactionSync(work);
  }

  /** Undefined: the case was never opened. */
  get keyVersion(): number | undefined {
    return this.#query<{ key_version: number }>("SELECT key_version FROM state")[0]?.key_version;
  }

  set keyVersion(version: number) {
    this.#query(
      "INSERT INTO state VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET key_version = excluded.key_version",
      version,
    );
  }

  roleOf(email: string): CaseRole | undefined {
    return this.#query<{ role: CaseRole }>("SELECT role FROM members WHERE email = ?", email)[0]?.role;
  }

  members(): { email: string; role: CaseRole }[] {
    return this.#query("SELECT email, role FROM members ORDER BY email");
  }

  /** No role: the person is taken out of the case. */
  assign(email: string, role: CaseRole | undefined): void {
    if (role === undefined) this.#query("DELETE FROM members WHERE email = ?", email);
    else
      this.#query(
        "INSERT INTO members VALUES (?, ?) ON CONFLICT (email) DO UPDATE SET role = excluded.role",
        email,
        role,
      );
  }

  documents(after: string, limit: number): DocumentRecord[] {
    return this.#query<Row & DocumentRecord>(
      `SELECT ${documentColumns} FROM documents WHERE document > ? ORDER BY document LIMIT ?`,
      after,
      limit,
    );
  }

  document(document: string): StoredDocument | undefined {
    const [row] = this.#query<Row & DocumentRecord & { objectKey: string; envelope: string }>(
      `SELECT ${documentColumns}, object_key AS objectKey, envelope FROM documents WHERE document = ?`,
      document,
    );
    return row && { ...row, envelope: JSON.parse(row.envelope) };
  }

  allDocuments(): StoredDocument[] {
    return this.#query<{ document: string }>("SELECT document FROM documents").flatMap(
      ({ document }) => this.document(document) ?? [],
    );
  }

  add({ envelope, ...one }: StoredDocument): void {
    this.#query(
      "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      one.document,
      one.contentType,
      one.bytes,
      one.digest,
      one.storedAt,
      one.storedBy,
      one.filedAt,
      one.objectKey,
      JSON.stringify(envelope),
    );
  }

  rewrapped({ document, envelope }: Pick<StoredDocument, "document" | "envelope">): void {
    this.#query("UPDATE documents SET envelope = ? WHERE document = ?", JSON.stringify(envelope), document);
  }

  filed(document: string, at: string): void {
    this.#query("UPDATE documents SET filed_at = ? WHERE document = ?", at, document);
  }

  /** Keeps an event until it is in the queue. */
  noteCustody(event: CustodyEvent): void {
    this.#query("INSERT INTO custody (event) VALUES (?)", JSON.stringify(event));
  }

  /** The oldest events that are not in the queue, and the number of the last of them. */
  waitingCustody(limit: number): { events: CustodyEvent[]; upTo: number } {
    const rows = this.#query<{ id: number; event: string }>("SELECT id, event FROM custody ORDER BY id LIMIT ?", limit);
    return { events: rows.map(({ event }) => JSON.parse(event)), upTo: rows.at(-1)?.id ?? 0 };
  }

  forgetCustody(upTo: number): void {
    this.#query("DELETE FROM custody WHERE id <= ?", upTo);
  }

  #query<R extends Row>(query: string, ...bindings: (string | number | null)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}
