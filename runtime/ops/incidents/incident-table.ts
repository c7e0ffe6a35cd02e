import type {
  Incident,
  IncidentAction,
  IncidentDetail,
  IncidentPage,
  Signal,
  TimelineEntry,
} from "../../../contracts/ops-incidents.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";
import { IncidentCounters } from "./incident-counters.ts";
import type { IncidentQuery } from "./incident-object.ts";

export interface IncidentRow {
  number: number;
  incident: Incident;
}

const shownSubjects = 100;
/** What belongs to an incident. */
const parts = ["timeline", "affected", "reviews", "suspects"] as const;

/** Incidents with their history, whom they affect and their review, and how many of each kind there are. */
export class IncidentTable {
  readonly #storage: ObjectStorage;
  readonly #counters: IncidentCounters;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    this.#counters = new IncidentCounters(storage);
  }

  find(id: string): IncidentRow | undefined {
    const number = numberOf(id);
    return number === undefined ? undefined : this.#rows("WHERE number = ?", number)[0];
  }

  /** Those that are not resolved. @param family absent: of any */
  current(fingerprint: string, family?: string): IncidentRow[] {
    const where = "WHERE resolved = 0 AND fingerprint = ? AND family = coalesce(?, family)";
    return this.#rows(where, fingerprint, family ?? null);
  }

  page({ families, state, severity, subject, after, limit }: IncidentQuery): IncidentPage {
    const wheres: string[] = [];
    const bindings: (string | number)[] = [];
    const where = (condition: string, ...values: (string | number)[]) => {
      wheres.push(condition);
      bindings.push(...values);
    };
    if (families !== "all") where(`family IN (${families.map(() => "?").join(", ")})`, ...families);
    if (state !== undefined) where("resolved = ?", state === "resolved" ? 1 : 0);
    if (severity !== undefined) where("severity = ?", severity);
    if (subject !== undefined) where("subject = ?", subject);
    if (after !== undefined) where("number < ?", numberOf(after) ?? 0);
    const rows = this.#rows(
      `${wheres.length > 0 ? `WHERE ${wheres.join(" AND ")} ` : ""}ORDER BY number DESC LIMIT ?`,
      ...bindings,
      limit + 1,
    );
    const incidents = rows.slice(0, limit).map(({ incident }) => incident);
    const next = rows.length > limit ? incidents.at(-1)?.id : undefined;
    return { counts: this.#counters.of(families), incidents, ...(next !== undefined && { next }) };
  }

  /** The number of a new one, which is to be saved. */
  add({ family, fingerprint, severity, subject }: Signal, at: string): number {
    const [row] = this.#query<{ number: number }>(
      "INSERT INTO incidents (family, fingerprint, resolved, severity, subject, opened) VALUES (?, ?, 0, ?, ?, ?) RETURNING number",
      family,
      fingerprint,
      severity,
      subject ?? null,
      Date.parse(at),
    );
    if (row === undefined) throw new Error("SQLite returned no row for the one that it inserted.");
    return row.number;
  }

  save(number: number, before: Incident | undefined, incident: Incident): void {
    this.#query(
      "UPDATE incidents SET resolved = ?, severity = ?, body = ? WHERE number = ?",
      incident.state === "resolved" ? 1 : 0,
      incident.severity,
      JSON.stringify(incident),
      number,
    );
    this.#counters.moved(before, incident);
  }

  /** @returns the number of the entry, of all incidents */
  write(incident: number, entry: TimelineEntry): number {
    const [written] = this.#query<{ number: number }>(
      "INSERT INTO timeline (incident, entry) VALUES (?, ?) RETURNING number",
      incident,
      JSON.stringify(entry),
    );
    return written?.number ?? 0;
  }

  entries(incident: number): number {
    return this.#query<{ n: number }>("SELECT count(*) AS n FROM timeline WHERE incident = ?", incident)[0]?.n ?? 0;
  }

  lastEntry(incident: number): TimelineEntry | undefined {
    const [last] = this.#query<{ entry: string }>(
      "SELECT entry FROM timeline WHERE incident = ? ORDER BY number DESC LIMIT 1",
      incident,
    );
    return last && JSON.parse(last.entry);
  }

  /** @returns whether it was not affected before */
  affect(incident: number, subject: string): boolean {
    return this.#query("INSERT OR IGNORE INTO affected VALUES (?, ?) RETURNING incident", incident, subject).length > 0;
  }

  /** @returns whether it was affected */
  relieve(incident: number, subject: string): boolean {
    const where = "WHERE incident = ? AND subject = ? RETURNING incident";
    return this.#query(`DELETE FROM affected ${where}`, incident, subject).length > 0;
  }

  setReview(incident: number, review: Omit<IncidentAction & { kind: "review" }, "kind">): void {
    this.#query("INSERT OR REPLACE INTO reviews VALUES (?, ?)", incident, JSON.stringify(review));
  }

  detail({ number, incident }: IncidentRow): Omit<IncidentDetail, "changes"> {
    const timeline = this.#query<{ entry: string }>(
      "SELECT entry FROM timeline WHERE incident = ? ORDER BY number",
      number,
    );
    const subjects = this.#query<{ subject: string }>(
      "SELECT subject FROM affected WHERE incident = ? ORDER BY subject LIMIT ?",
      number,
      shownSubjects,
    );
    const [review] = this.#query<{ review: string }>("SELECT review FROM reviews WHERE incident = ?", number);
    return {
      ...incident,
      timeline: timeline.map(({ entry }) => JSON.parse(entry)),
      subjects: subjects.map(({ subject }) => subject),
      ...(review !== undefined && { review: JSON.parse(review.review) }),
    };
  }

  /** Forgets what was resolved before a time, with all that belongs to it; so many at once. */
  forget(before: string, limit: number): void {
    const where = "WHERE json_extract(body, '$.resolvedAt') < ? LIMIT ?";
    for (const { number, incident } of this.#rows(where, before, limit)) {
      for (const table of parts) this.#query(`DELETE FROM ${table} WHERE incident = ?`, number);
      this.#query("DELETE FROM incidents WHERE number = ?", number);
      this.#counters.moved(incident, undefined);
    }
  }

  #rows(rest: string, ...bindings: (string | number | null)[]): IncidentRow[] {
    return this.#query<{ number: number; body: string }>(`SELECT number, body FROM incidents ${rest}`, ...bindings).map(
      ({ number, body }) => ({ number, incident: JSON.parse(body) }),
    );
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

function numberOf(id: string): number | undefined {
  const digits = /^inc-(\d{1,15})$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
