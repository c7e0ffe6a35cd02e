import { type CheckKind, checking } from "../../../contracts/ops-health.ts";
import { migrate } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import { lease } from "../registry/registry-keeper.ts";
import { type CheckState, newCheck } from "./check-state.ts";

/** A check as it is kept. Times in milliseconds since the epoch. */
export interface StoredCheck {
  /** `<kind>/<name>` */
  id: string;
  kind: CheckKind;
  /** Of a service, or of a synthetic check. */
  name: string;
  nextAt: number;
  state: CheckState;
  /** What was found last, whether or not it was believed. */
  raw?: { at: number; good: boolean };
  suppressedAt?: number;
  suppressedBy?: string;
}

interface Row extends Record<string, string | number | null> {
  id: string;
  kind: CheckKind;
  name: string;
  next_at: number;
  state: string;
  raw_at: number | null;
  raw_good: number | null;
  suppressed_at: number | null;
  suppressed_by: string | null;
}

const schema = [
  [
    "CREATE TABLE IF NOT EXISTS checks (id TEXT PRIMARY KEY, kind TEXT, name TEXT, next_at INTEGER, state TEXT, raw_at INTEGER, raw_good INTEGER, suppressed_at INTEGER, suppressed_by TEXT)",
    "CREATE INDEX IF NOT EXISTS checks_of ON checks (name)",
  ],
];

/** Between two heartbeats, and until one counts as missed. */
const heartbeatPatience = lease.interval * 1.2;

export const intervalOf = (kind: CheckKind): number => (kind === "heartbeat" ? heartbeatPatience : checking.interval);

/** The checks that there are. */
export class CheckStore {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "checks", schema);
  }

  all(): StoredCheck[] {
    return this.#query("SELECT * FROM checks ORDER BY id").map(stored);
  }

  get(id: string): StoredCheck | undefined {
    return this.#query("SELECT * FROM checks WHERE id = ?", id).map(stored)[0];
  }

  of(name: string): StoredCheck[] {
    return this.#query("SELECT * FROM checks WHERE name = ? ORDER BY kind", name).map(stored);
  }

  /** Keeps these checks and no others; a new one is due at once, a heartbeat when the first can be missed. */
  keepOnly(wanted: readonly Pick<StoredCheck, "kind" | "name">[], now: number): void {
    const missing = new Map(wanted.map((one) => [`${one.kind}/${one.name}`, one]));
    for (const { id } of this.all()) if (!missing.delete(id)) this.#query("DELETE FROM checks WHERE id = ?", id);
    for (const [id, { kind, name }] of missing) {
      const nextAt = kind === "heartbeat" ? now + heartbeatPatience : now;
      const state = JSON.stringify(newCheck);
      this.#query(
        "INSERT INTO checks (id, kind, name, next_at, state) VALUES (?, ?, ?, ?, ?)",
        id,
        kind,
        name,
        nextAt,
        state,
      );
    }
  }

  /** Who was not heard while nobody listened is not silent. */
  forgiveSilence(now: number): void {
    const query = "UPDATE checks SET next_at = max(next_at, ?) WHERE kind = 'heartbeat'";
    this.#query(query, now + heartbeatPatience);
  }

  /** Nothing is due later than this. */
  dueBy(at: number): void {
    this.#query("UPDATE checks SET next_at = min(next_at, ?)", at);
  }

  found(id: string, at: number, good: boolean): void {
    this.#query("UPDATE checks SET raw_at = ?, raw_good = ? WHERE id = ?", at, good ? 1 : 0, id);
  }

  settle(id: string, state: CheckState, nextAt: number): void {
    this.#query("UPDATE checks SET state = ?, next_at = ? WHERE id = ?", JSON.stringify(state), nextAt, id);
  }

  hurry(id: string, at: number): void {
    this.#query("UPDATE checks SET next_at = ? WHERE id = ? AND next_at > ?", at, id, at);
  }

  /** @param by what explains it; undefined: nothing does any more */
  suppress({ id, suppressedBy }: StoredCheck, by: string | undefined, now: number): void {
    if (by !== undefined) {
      this.#query("UPDATE checks SET suppressed_by = ?, suppressed_at = ? WHERE id = ?", by, now, id);
    } else if (suppressedBy !== undefined) {
      this.#query("UPDATE checks SET suppressed_by = NULL WHERE id = ?", id);
    }
  }

  #query(query: string, ...bindings: (string | number)[]): Row[] {
    return this.#storage.sql.exec<Row>(query, ...bindings).toArray();
  }
}

function stored(row: Row): StoredCheck {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    nextAt: row.next_at,
    state: JSON.parse(row.state),
    ...(row.raw_at !== null && { raw: { at: row.raw_at, good: row.raw_good === 1 } }),
    ...(row.suppressed_at !== null && { suppressedAt: row.suppressed_at }),
    ...(row.suppressed_by !== null && { suppressedBy: row.suppressed_by }),
  };
}
