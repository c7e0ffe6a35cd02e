import {
  type ChildCondition,
  type ChildHealth,
  type ChildMetrics,
  type ChildName,
  type ChildRecord,
  type ChildState,
  childHealth,
  childState,
} from "../../../contracts/ops-sync.ts";
import { migrate, type SchemaStep } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import type { ChildCount, ChildFilter } from "./child-object.ts";
import { DueTimes } from "./due-times.ts";
import { Shared } from "./shared.ts";

/** A child as its object keeps it in memory, metrics left out. Times are milliseconds since the epoch. Never changed: a new one takes its place. */
export interface Child {
  readonly family: string;
  readonly child: string;
  readonly service: string;
  readonly version: string;
  readonly condition: ChildCondition;
  readonly runs: string;
  readonly state: Shared<ChildState> | null;
  readonly health: Shared<ChildHealth>;
  readonly enrolled: number;
  readonly seen: number;
  /** When it becomes silent; of a silent or revoked one, when it is forgotten. */
  readonly due: number;
  /** Ids of its calls that are still good, and when they expire (seconds since the epoch). */
  readonly calls: readonly (readonly [id: string, expires: number])[];
}

/** A child as it is stored; `state`, `health`, `metrics` and `calls` are JSON. */
type ChildRow = Pick<Child, "family" | "child" | "service" | "version" | "condition" | "runs"> &
  Pick<Child, "enrolled" | "seen" | "due"> & { state: string | null; health: string; metrics: string; calls: string };

const columns =
  "family, child, service, version, condition, runs, state, health, metrics, enrolled, seen, due, calls" as const;

const steps: readonly SchemaStep[] = [
  [
    "CREATE TABLE IF NOT EXISTS children (family TEXT, child TEXT, service TEXT NOT NULL, version TEXT NOT NULL, condition TEXT NOT NULL, runs TEXT NOT NULL, state TEXT, health TEXT NOT NULL, metrics TEXT NOT NULL, enrolled INTEGER NOT NULL, seen INTEGER NOT NULL, due INTEGER NOT NULL, calls TEXT NOT NULL, PRIMARY KEY (family, child)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS children_due ON children (due)",
    "CREATE INDEX IF NOT EXISTS children_condition ON children (condition, family, child)",
    "CREATE INDEX IF NOT EXISTS children_version ON children (version, family, child)",
    "CREATE TABLE IF NOT EXISTS counts (family TEXT, version TEXT, condition TEXT, service TEXT, children INTEGER NOT NULL, PRIMARY KEY (family, version, condition, service)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS fleets (family TEXT PRIMARY KEY) WITHOUT ROWID",
  ],
  // Who is due is known in memory: each tick would move its child in the index, which costs as much as the tick's own row. Code from before
  // does without it too.
  ["DROP INDEX IF EXISTS children_due"],
];

/** Sees to it that `write` is called soon. Until it has been, nobody may be told that what was put is stored. */
export type Later = (write: () => void) => void;

const keyOf = ({ family, child }: ChildName): string => `${family}/${child}`;

/**
 * The children of one object, and how many of each kind there are: nobody has to read them all to know. What ticks ask for is kept in memory,
 * a third of a kilobyte for each, and read once when the object is made; what people ask for is read when they ask.
 */
export class ChildTable {
  readonly #storage: ObjectStorage;
  readonly #children = new Map<string, Child>();
  readonly #due = new DueTimes((key) => this.#children.get(key)?.due);
  readonly #later: Later;
  /** Children that are stored as they were, with the metrics they have sent since. */
  readonly #unwritten = new Map<string, ChildMetrics | undefined>();
  /** Whether they will be written. */
  #writing = false;
  /** Why something that was to be written is not there any more. */
  #lost: unknown;

  constructor(storage: ObjectStorage, later: Later) {
    this.#storage = storage;
    this.#later = later;
    migrate(storage, "children", steps);
    this.#load();
  }

  get({ family, child }: ChildName): Child | undefined {
    return this.#children.get(`${family}/${child}`);
  }

  /**
   * Takes a child in place of what it was; the counts follow. What most ticks change is stored later, with that of others.
   * @param metrics absent: as they were
   */
  put(child: Child, before: Child | undefined, metrics?: ChildMetrics): void {
    const moved =
      before?.condition !== child.condition || before.version !== child.version || before.service !== child.service;
    const key = keyOf(child);
    if (before === undefined) this.#insert(child, metrics);
    else if (moved || before.runs !== child.runs || before.state !== child.state || before.health !== child.health) {
      this.#update(child, metrics ?? this.#unwritten.get(key), true);
      this.#unwritten.delete(key);
    } else this.#unwritten.set(key, metrics ?? this.#unwritten.get(key));
    if (moved) {
      if (before !== undefined) this.#count(before, -1);
      this.#count(child, 1);
    }
    this.#children.set(key, child);
    if (before === undefined || child.due < before.due) this.#due.add(key, child.due);
    // Whoever comes until then is stored with it.
    if (this.#unwritten.size > 0 && !this.#writing) {
      this.#writing = true;
      this.#later(() => this.#writeAsAgreed());
    }
  }

  /** Whoever waits for it is told so where what they put was lost meanwhile. */
  #writeAsAgreed(): void {
    this.#writing = false;
    const lost = this.#lost;
    this.#lost = undefined;
    if (lost !== undefined) throw lost;
    this.#write();
  }

  /** Stores what is not stored yet: many children in one turn, which is one transaction. */
  #write(): void {
    try {
      for (const [key, metrics] of this.#unwritten) {
        const child = this.#children.get(key);
        if (child !== undefined) this.#update(child, metrics, false);
      }
    } catch (error) {
      this.#goBack(error);
      throw error;
    }
    this.#unwritten.clear();
  }

  remove(child: Child): void {
    this.#query("DELETE FROM children WHERE family = ? AND child = ?", child.family, child.child);
    this.#count(child, -1);
    this.#children.delete(keyOf(child));
  }

  /** All of it, or nothing, here and in storage. */
  atomically<T>(work: () => T): T {
    try {
      return this.#storage.transactionSync(() => {
        const result = work();
        this.#write();
        return result;
      });
    } catch (error) {
      this.#goBack(error);
      throw error;
    }
  }

  /** Those whose time has come. */
  due(now: number, limit: number): Child[] {
    return this.#due.until(now, limit).flatMap((key) => this.#children.get(key) ?? []);
  }

  get nextDue(): number | undefined {
    return this.#due.next();
  }

  record(name: ChildName): ChildRecord | null {
    const [row] = this.#rows("WHERE family = ? AND child = ?", name.family, name.child);
    return row === undefined ? null : recordOf(row);
  }

  list({ families, version, condition, begins }: ChildFilter, after: ChildName | null, limit: number): ChildRecord[] {
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
    return this.#rows(`WHERE ${wanted.join(" AND ")} ORDER BY family, child LIMIT ?`, ...bindings, limit).map(recordOf);
  }

  counts(): ChildCount[] {
    return this.#query<ChildCount & Record<string, string | number>>(
      "SELECT family, version, condition, service, children FROM counts ORDER BY family, version, condition, service",
    );
  }

  /** Children of a family that are silent and were heard of since then. */
  silentSince(family: string, seen: number, limit: number): Child[] {
    return this.#query<ChildName>(
      "SELECT family, child FROM children INDEXED BY children_condition WHERE family = ? AND condition = 'silent' AND seen >= ? ORDER BY child LIMIT ?",
      family,
      seen,
      limit,
    ).flatMap((name) => this.get(name) ?? []);
  }

  /** Families whose silent children are one incident together. */
  fleets(): string[] {
    return this.#query<{ family: string }>("SELECT family FROM fleets").map(({ family }) => family);
  }

  setFleet(family: string, is: boolean): void {
    this.#query(is ? "INSERT OR IGNORE INTO fleets VALUES (?)" : "DELETE FROM fleets WHERE family = ?", family);
  }

  /** To what is stored. */
  #goBack(error: unknown): void {
    if (this.#writing) this.#lost = error;
    this.#load();
  }

  #load(): void {
    this.#unwritten.clear();
    this.#children.clear();
    this.#due.clear();
    for (const row of this.#rows("")) {
      const { state, health, calls, metrics: _, ...facts } = row;
      const child: Child = {
        ...facts,
        state: state === null ? null : Shared.read<ChildState>(state),
        health: Shared.read<ChildHealth>(health),
        calls: JSON.parse(calls),
      };
      this.#children.set(keyOf(child), child);
      this.#due.add(keyOf(child), child.due);
    }
  }

  #insert(child: Child, metrics: ChildMetrics = {}): void {
    const { family, service, version, condition, runs, state, health, enrolled, seen, due, calls } = child;
    this.#query(
      `INSERT INTO children (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[family, child.child, service, version, condition, runs, state?.json ?? null, health.json],
      ...[JSON.stringify(metrics), enrolled, seen, due, JSON.stringify(calls)],
    );
  }

  /** @param all whether more has changed than what every tick changes, which is in no index and on one page */
  #update(child: Child, metrics: ChildMetrics | undefined, all: boolean): void {
    const { service, version, condition, runs, state, health, seen, due, calls } = child;
    const sets = ["seen = ?, due = ?, calls = ?"];
    const values: (string | number | null)[] = [seen, due, JSON.stringify(calls)];
    if (metrics !== undefined) {
      sets.push("metrics = ?");
      values.push(JSON.stringify(metrics));
    }
    if (all) {
      sets.push("service = ?, version = ?, condition = ?, runs = ?, state = ?, health = ?");
      values.push(service, version, condition, runs, state?.json ?? null, health.json);
    }
    this.#storage.sql.exec(
      `UPDATE children SET ${sets.join(", ")} WHERE family = ? AND child = ?`,
      ...values,
      child.family,
      child.child,
    );
  }

  #count({ family, version, condition, service }: Child, by: 1 | -1): void {
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
  { family, child, service, version, seen }: Child,
  now: number,
): [about: { family: string; subject: string }, now: number, data: Record<string, string>] {
  return [
    { family, subject: `${family}/${child}` },
    now,
    { service, version, lastTickAt: new Date(seen).toISOString() },
  ];
}

function recordOf({ state, health, metrics, enrolled, seen, due, calls: _, ...facts }: ChildRow): ChildRecord {
  return {
    ...facts,
    state: state === null ? null : childState.parse(JSON.parse(state)),
    health: childHealth.parse(JSON.parse(health)),
    metrics: JSON.parse(metrics),
    enrolledAt: new Date(enrolled).toISOString(),
    lastTickAt: new Date(seen).toISOString(),
    dueAt: new Date(due).toISOString(),
  };
}
