import {
  type ChildCondition,
  type ChildName,
  type ChildRecord,
  childHealth,
  childState,
} from "../../../contracts/ops-sync.ts";
import { migrate, type SchemaStep } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import type { ChildCount, ChildFilter } from "./child-object.ts";

/** A child as it is stored. Times are milliseconds since the epoch. */
export type ChildRow = {
  family: string;
  child: string;
  service: string;
  version: string;
  condition: ChildCondition;
  runs: string;
  state: string | null;
  health: string;
  metrics: string;
  enrolled: number;
  seen: number;
  /** When it becomes silent; of a silent or revoked one, when it is forgotten. */
  due: number;
  /** JSON: ids of its calls that are still good, and when they expire (seconds since the epoch). */
  calls: string;
};

const columns =
  "family, child, service, version, condition, runs, state, health, metrics, enrolled, seen, due, calls" as const;

// One text for all ticks: what is prepared is found by it.
const rowOfChild = `SELECT ${columns} FROM children WHERE family = ? AND child = ?`;

const schema: SchemaStep = [
  "CREATE TABLE IF NOT EXISTS children (family TEXT, child TEXT, service TEXT NOT NULL, version TEXT NOT NULL, condition TEXT NOT NULL, runs TEXT NOT NULL, state TEXT, health TEXT NOT NULL, metrics TEXT NOT NULL, enrolled INTEGER NOT NULL, seen INTEGER NOT NULL, due INTEGER NOT NULL, calls TEXT NOT NULL, PRIMARY KEY (family, child)) WITHOUT ROWID",
  "CREATE INDEX IF NOT EXISTS children_due ON children (due)",
  "CREATE INDEX IF NOT EXISTS children_condition ON children (condition, family, child)",
  "CREATE INDEX IF NOT EXISTS children_version ON children (version, family, child)",
  "CREATE TABLE IF NOT EXISTS counts (family TEXT, version TEXT, condition TEXT, service TEXT, children INTEGER NOT NULL, PRIMARY KEY (family, version, condition, service)) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS fleets (family TEXT PRIMARY KEY) WITHOUT ROWID",
];

/** The children of one object, and how many of each kind there are: nobody has to read them all to know. */
export class ChildTable {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "children", [schema]);
  }

  row({ family, child }: ChildName): ChildRow | undefined {
    return this.#query<ChildRow>(rowOfChild, family, child)[0];
  }

  /** Stores a child in place of what it was; the counts follow. */
  put(row: ChildRow, before: ChildRow | undefined): void {
    const { family, child, service, version, condition, runs, state, health, metrics, enrolled, seen, due, calls } =
      row;
    const moved = before?.condition !== condition || before.version !== version || before.service !== service;
    if (!moved) {
      // What most ticks change: no index but one follows.
      this.#storage.sql.exec(
        "UPDATE children SET runs = ?, state = ?, health = ?, metrics = ?, seen = ?, due = ?, calls = ? WHERE family = ? AND child = ?",
        runs,
        state,
        health,
        metrics,
        seen,
        due,
        calls,
        family,
        child,
      );
      return;
    }
    this.#query(
      `INSERT OR REPLACE INTO children (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[family, child, service, version, condition, runs, state, health, metrics, enrolled, seen, due, calls],
    );
    if (before !== undefined) this.#count(before, -1);
    this.#count(row, 1);
  }

  remove(row: ChildRow): void {
    this.#query("DELETE FROM children WHERE family = ? AND child = ?", row.family, row.child);
    this.#count(row, -1);
  }

  /** Those whose time has come, the longest overdue first. */
  due(now: number, limit: number): ChildRow[] {
    return this.#rows("WHERE due <= ? ORDER BY due LIMIT ?", now, limit);
  }

  get nextDue(): number | undefined {
    return this.#rows("ORDER BY due LIMIT 1")[0]?.due;
  }

  list({ families, version, condition, begins }: ChildFilter, after: ChildName | null, limit: number): ChildRow[] {
    const wanted: string[] = ["(family, child) > (?, ?)"];
    const bindings: (string | number)[] = [after?.family ?? "", after?.child ?? ""];
    if (families !== "all") {
      wanted.push("family IN (SELECT value FROM json_each(?))");
      bindings.push(JSON.stringify(families));
    }
    if (version !== undefined) {
      wanted.push("version = ?");
      bindings.push(version);
    }
    if (condition !== undefined) {
      wanted.push("condition = ?");
      bindings.push(condition);
    }
    if (begins !== undefined) {
      // `{` is the character after `z`: a range, which the primary key answers family by family.
      wanted.push("child >= ? AND child < ?");
      bindings.push(begins, `${begins}{`);
    }
    return this.#rows(`WHERE ${wanted.join(" AND ")} ORDER BY family, child LIMIT ?`, ...bindings, limit);
  }

  counts(): ChildCount[] {
    return this.#query<ChildCount & Record<string, string | number>>(
      "SELECT family, version, condition, service, children FROM counts ORDER BY family, version, condition, service",
    );
  }

  /** Children of a family that are silent and were heard of since then. */
  silentSince(family: string, seen: number, limit: number): ChildRow[] {
    return this.#rows(
      "INDEXED BY children_condition WHERE family = ? AND condition = 'silent' AND seen >= ? ORDER BY child LIMIT ?",
      family,
      seen,
      limit,
    );
  }

  /** Families whose silent children are one incident together. */
  fleets(): string[] {
    return this.#query<{ family: string }>("SELECT family FROM fleets").map(({ family }) => family);
  }

  setFleet(family: string, is: boolean): void {
    this.#query(is ? "INSERT OR IGNORE INTO fleets VALUES (?)" : "DELETE FROM fleets WHERE family = ?", family);
  }

  #count({ family, version, condition, service }: ChildRow, by: 1 | -1): void {
    this.#query(
      "INSERT INTO counts VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET children = children + excluded.children",
      family,
      version,
      condition,
      service,
      by,
    );
    if (by === -1) this.#query("DELETE FROM counts WHERE children <= 0");
  }

  #rows(rest: string, ...bindings: (string | number)[]): ChildRow[] {
    return this.#query<ChildRow>(`SELECT ${columns} FROM children ${rest}`, ...bindings);
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

/** What an event says of a child. */
export function newsOf(
  { family, child, service, version, seen }: ChildRow,
  now: number,
): [about: { family: string; subject: string }, now: number, data: Record<string, string>] {
  return [
    { family, subject: `${family}/${child}` },
    now,
    { service, version, lastTickAt: new Date(seen).toISOString() },
  ];
}

export function recordOf(row: ChildRow): ChildRecord {
  const { family, child, service, version, condition, runs, state, health, metrics, enrolled, seen, due } = row;
  return {
    family,
    child,
    service,
    version,
    condition,
    runs,
    state: state === null ? null : childState.parse(JSON.parse(state)),
    health: childHealth.parse(JSON.parse(health)),
    metrics: JSON.parse(metrics),
    enrolledAt: new Date(enrolled).toISOString(),
    lastTickAt: new Date(seen).toISOString(),
    dueAt: new Date(due).toISOString(),
  };
}
