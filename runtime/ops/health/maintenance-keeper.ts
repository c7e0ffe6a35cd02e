import type { Maintenance, NewMaintenance } from "../../../contracts/ops-health.ts";
import { ProblemError } from "../../problem/problem.ts";
import { migrate } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";

interface Row extends Record<string, string | number | null> {
  id: string;
  family: string;
  services: string | null;
  reason: string;
  starts: number;
  ends: number;
  by: string;
}

const keptMilliseconds = 90 * 24 * 3_600_000;
const longestMilliseconds = 14 * 24 * 3_600_000;
const mostPlanned = 500;

const schema = [
  [
    "CREATE TABLE IF NOT EXISTS maintenance (id TEXT PRIMARY KEY, family TEXT, services TEXT, reason TEXT, starts INTEGER, ends INTEGER, by TEXT)",
  ],
];

/** Windows of maintenance: those to come, those that are, and those of the last ninety days. */
export class MaintenanceKeeper {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "maintenance", schema);
  }

  /** @throws ProblemError 400, 409 */
  plan(window: NewMaintenance, by: string, now: number): Maintenance {
    const starts = window.startsAt === undefined ? now : Date.parse(window.startsAt);
    const ends = window.endsAt === undefined ? starts + (window.minutes ?? 0) * 60_000 : Date.parse(window.endsAt);
    if (ends <= now) throw refused(400, `It would be over at ${new Date(ends).toISOString()}. Give a time to come.`);
    if (ends - starts > longestMilliseconds) throw refused(400, "A window lasts at most 14 days.");
    this.#query("DELETE FROM maintenance WHERE ends < ?", now - keptMilliseconds);
    const [count] = this.#query<{ n: number }>("SELECT count(*) AS n FROM maintenance WHERE ends > ?", now);
    if ((count?.n ?? 0) >= mostPlanned) throw refused(409, `There are ${mostPlanned} windows already: end some.`);
    const id = `mnt-${String(now).padStart(14, "0")}-${crypto.randomUUID().slice(0, 8)}`;
    const services = window.services === undefined ? null : JSON.stringify([...new Set(window.services)].sort());
    const [row] = this.#query<Row>(
      "INSERT INTO maintenance VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *",
      id,
      window.family,
      services,
      window.reason,
      starts,
      ends,
      by,
    );
    if (row === undefined) throw new Error("the window was not stored");
    return shown(row, now);
  }

  /** Newest first. @param before id of the last one of the page before */
  list(families: "all" | string[], before: string | undefined, limit: number, now: number): Maintenance[] {
    const rows = this.#query<Row>(
      `SELECT * FROM maintenance WHERE id < ? ${families === "all" ? "" : "AND family IN (SELECT value FROM json_each(?))"} ORDER BY id DESC LIMIT ?`,
      before ?? "~",
      ...(families === "all" ? [] : [JSON.stringify(families)]),
      limit,
    );
    return rows.map((row) => shown(row, now));
  }

  get(id: string, now: number): Maintenance | undefined {
    const [row] = this.#query<Row>("SELECT * FROM maintenance WHERE id = ?", id);
    return row && shown(row, now);
  }

  /** Ends one now; one that was only planned never was. One that is over stays as it is. */
  end(id: string, now: number): void {
    this.#query(
      "UPDATE maintenance SET ends = ?, starts = min(starts, ?) WHERE id = ? AND ends > ?",
      now,
      now,
      id,
      now,
    );
  }

  /** Whether a service is in a window now. */
  active(now: number): (service: { name: string; family: string }) => boolean {
    const windows = this.#query<Row>("SELECT * FROM maintenance WHERE starts <= ? AND ends > ?", now, now).map(
      ({ family, services }) => ({
        family,
        services: services === null ? undefined : (JSON.parse(services) as string[]),
      }),
    );
    return ({ name, family }) =>
      windows.some((window) => window.family === family && (window.services?.includes(name) ?? true));
  }

  #query<R extends Record<string, string | number | null>>(
    query: string,
    ...bindings: (string | number | null)[]
  ): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

function shown({ id, family, services, reason, starts, ends, by }: Row, now: number): Maintenance {
  return {
    id,
    family,
    ...(services !== null && { services: JSON.parse(services) }),
    reason,
    startsAt: new Date(starts).toISOString(),
    endsAt: new Date(ends).toISOString(),
    state: now < starts ? "planned" : now < ends ? "active" : "ended",
    by,
  };
}

function refused(status: 400 | 409, detail: string): ProblemError {
  return new ProblemError({ status, title: "Input not accepted", detail });
}
