import type { Incident, RelatedChange } from "../../../contracts/ops-incidents.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";

const suspectMilliseconds = 3_600_000;
const keptMilliseconds = 24 * 3_600_000;
const mostSuspects = 20;

type Row = { at: number; family: string | null; subject: string; text: string };

/** What was deployed lately, and which incidents began in the hour after: it is not known to be the cause, and is where to look first. */
export class IncidentChanges {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
  }

  /** A change that is told late still becomes a suspect of the incidents that began after it. */
  note(id: string, change: RelatedChange & { family?: string }): void {
    const row: Row = {
      at: Date.parse(change.at),
      family: change.family ?? null,
      subject: change.subject,
      text: change.text,
    };
    const known = this.#query("SELECT id FROM changes WHERE id = ?", id).length > 0;
    if (known) return;
    this.#query("DELETE FROM changes WHERE at < ?", row.at - keptMilliseconds);
    this.#query("INSERT INTO changes VALUES (?, ?, ?, ?, ?)", id, row.at, row.family, row.subject, row.text);
    const begunAfter = this.#query<{ number: number; body: string }>(
      "SELECT number, body FROM incidents WHERE resolved = 0 AND opened BETWEEN ? AND ?",
      row.at,
      row.at + suspectMilliseconds,
    );
    for (const { number, body } of begunAfter) this.#suspect(number, JSON.parse(body), [row]);
  }

  /** Notes what changed in the hour before an incident. */
  attach(number: number, incident: Incident): void {
    const opened = Date.parse(incident.openedAt);
    const rows = this.#query<Row>(
      "SELECT at, family, subject, text FROM changes WHERE at BETWEEN ? AND ? ORDER BY (subject = ?) DESC, at DESC LIMIT 200",
      opened - suspectMilliseconds,
      opened,
      incident.subject ?? "",
    );
    this.#suspect(number, incident, rows);
  }

  /** Suspects of an incident: those of its own subject first, then the latest. */
  before(number: number): RelatedChange[] {
    return this.#query<Row>(
      "SELECT s.at, s.subject, s.text FROM suspects s JOIN incidents i ON i.number = s.incident WHERE s.incident = ? ORDER BY (s.subject = i.subject) DESC, s.at DESC LIMIT ?",
      number,
      mostSuspects,
    ).map(({ at, subject, text }) => ({ at: new Date(at).toISOString(), subject, text }));
  }

  #suspect(number: number, { family, subject }: Incident, rows: Row[]): void {
    const suspects = rows.filter((row) => row.family === null || row.family === family || row.subject === subject);
    for (const row of suspects.slice(0, mostSuspects)) {
      this.#query("INSERT INTO suspects VALUES (?, ?, ?, ?)", number, row.at, row.subject, row.text);
    }
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}
