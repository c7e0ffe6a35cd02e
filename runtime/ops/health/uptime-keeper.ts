import { burnAlerts, type HealthDay, type ObjectiveReport, objectiveDays } from "../../../contracts/ops-health.ts";
import { migrate } from "../../storage/migrate.ts";
import type { ObjectStorage } from "../../storage/object-storage.ts";

/** What a stretch of time was. `unknown`: nobody could look; it is no part of the uptime. */
export type Spent = "up" | "down" | "unknown" | "maintenance";

const bucketMilliseconds = 300_000;
const dayMilliseconds = 24 * 3_600_000;
const daysKept = 90;
/** Buckets are kept for the longest window of a burn rate, and the day that is not over. */
const bucketsKept = 73 * 3_600_000;
/** Less of a window than this share of it, and it says nothing. */
const enough = 0.5;

interface Sums extends Record<string, number | null> {
  up: number;
  down: number;
  unknown: number;
  maintenance: number;
  answers: number;
  latency: number;
  latency_max: number;
}

const columns = "up, down, unknown, maintenance, answers, latency, latency_max";
const summed = columns
  .split(", ")
  .map((name) => `${name === "latency_max" ? "max" : "sum"}(${name}) AS ${name}`)
  .join(", ");
const added =
  "up = up + excluded.up, down = down + excluded.down, unknown = unknown + excluded.unknown, maintenance = maintenance + excluded.maintenance, answers = answers + excluded.answers, latency = latency + excluded.latency, latency_max = max(latency_max, excluded.latency_max)";

const schema = [
  [
    "CREATE TABLE IF NOT EXISTS buckets (name TEXT, start INTEGER, up, down, unknown, maintenance, answers, latency, latency_max, PRIMARY KEY (name, start)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS days (name TEXT, day INTEGER, up, down, unknown, maintenance, answers, latency, latency_max, PRIMARY KEY (name, day)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS bad_buckets ON buckets (start) WHERE down > 0",
    "CREATE TABLE IF NOT EXISTS accounted (name TEXT PRIMARY KEY, at INTEGER) WITHOUT ROWID",
  ],
];

/**
 * How the time of each service was spent: in five-minute rows for three days, then in a row a day for ninety. A row holds sums of milliseconds,
 * so that any number of checks costs one write each and no further row.
 */
export class UptimeKeeper {
  readonly #storage: ObjectStorage;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "uptime", schema);
  }

  /**
   * A look at a service at a time tells how the time since the look before was spent, as far as that is not longer ago than two and a
   * half intervals: of the rest only the last interval is known.
   */
  account(name: string, at: number, spent: Spent, { interval, latency }: { interval: number; latency?: number }): void {
    const [before] = this.#query<{ at: number }>("SELECT at FROM accounted WHERE name = ?", name);
    // A look that comes late says nothing new; a clock that was set back begins again.
    if (before !== undefined && at <= before.at && before.at - at < 3_600_000) return;
    const since = before === undefined ? 0 : Math.max(0, at - before.at);
    const known = since > 2.5 * interval ? interval : since;
    // What nobody saw of the days before has no row at all.
    const unseen = Math.min(since - known, Math.max(0, (at % dayMilliseconds) - known));
    const time = { up: 0, down: 0, unknown: unseen, maintenance: 0 };
    time[spent] += known;
    const start = at - (at % bucketMilliseconds);
    const values = [time.up, time.down, time.unknown, time.maintenance, ...answered(latency)];
    this.#query(
      `INSERT INTO buckets VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name, start) DO UPDATE SET ${added}`,
      name,
      start,
      ...values,
    );
    this.#query("INSERT OR REPLACE INTO accounted VALUES (?, ?)", name, at);
  }

  /** Makes days of what is over, and forgets what is older than is kept. To be called each day. */
  rollUp(now: number): void {
    const today = now - (now % dayMilliseconds);
    this.#storage.transactionSync(() => {
      this.#query(
        `INSERT OR IGNORE INTO days SELECT name, start / ${dayMilliseconds} AS day, ${summed} FROM buckets WHERE start < ? GROUP BY name, day`,
        today,
      );
      this.#query("DELETE FROM buckets WHERE start < ?", now - bucketsKept);
      this.#query("DELETE FROM days WHERE day < ?", today / dayMilliseconds - daysKept);
      this.#query("DELETE FROM accounted WHERE at < ?", now - daysKept * dayMilliseconds);
    });
  }

  /** The last ninety days with the one that is not over, oldest first. */
  history(name: string, now: number): HealthDay[] {
    return this.#days(name, now, daysKept).map(({ day, ...sums }) => ({
      day: new Date(day * dayMilliseconds).toISOString().slice(0, 10),
      up: seconds(sums.up),
      down: seconds(sums.down),
      unknown: seconds(sums.unknown),
      maintenance: seconds(sums.maintenance),
      latencyMean: sums.answers === 0 ? null : Math.round(sums.latency / sums.answers),
      latencyMax: sums.answers === 0 ? null : sums.latency_max,
    }));
  }

  /** The last day in spans of five minutes, oldest first; without milliseconds where there was no answer. */
  latency(name: string, now: number): { at: string; milliseconds?: number }[] {
    return this.#query<{ start: number; answers: number; latency: number }>(
      "SELECT start, answers, latency FROM buckets WHERE name = ? AND start > ? ORDER BY start",
      name,
      now - dayMilliseconds,
    ).map(({ start, answers, latency }) => ({
      at: new Date(start).toISOString(),
      ...(answers > 0 && { milliseconds: Math.round(latency / answers) }),
    }));
  }

  objective(name: string, objective: number, now: number): ObjectiveReport {
    const days = this.#days(name, now, objectiveDays);
    const up = days.reduce((sum, day) => sum + day.up, 0);
    const down = days.reduce((sum, day) => sum + day.down, 0);
    const measured = up + down === 0 ? null : up / (up + down);
    const rate = (window: number) => this.#burn(name, objective, now, window)?.rate ?? null;
    const hour = 3_600_000;
    return {
      objective,
      windowDays: objectiveDays,
      measured,
      budgetLeft: measured === null ? null : 1 - (1 - measured) / (1 - objective),
      burnRate: { hours1: rate(hour), hours6: rate(6 * hour), hours72: rate(72 * hour) },
    };
  }

  /** Those of whose error budget something was spent within the longest window of an alert. */
  troubled(now: number): string[] {
    const longest = Math.max(...burnAlerts.map(({ long }) => long));
    const query = "SELECT DISTINCT name FROM buckets WHERE down > 0 AND start > ?";
    return this.#query<{ name: string }>(query, now - longest).map(({ name }) => name);
  }

  /** The fastest of the alerts whose two windows are both over their rate. */
  burning(name: string, objective: number, now: number): ((typeof burnAlerts)[number] & { now: number }) | undefined {
    for (const alert of burnAlerts) {
      const long = this.#burn(name, objective, now, alert.long);
      const short = this.#burn(name, objective, now, alert.short);
      if (long === undefined || short === undefined || long.watched < alert.long * enough) continue;
      if (long.rate >= alert.rate && short.rate >= alert.rate) return { ...alert, now: long.rate };
    }
    return undefined;
  }

  #burn(name: string, objective: number, now: number, window: number): { rate: number; watched: number } | undefined {
    const [{ up, down } = { up: null, down: null }] = this.#query<{ up: number | null; down: number | null }>(
      "SELECT sum(up) AS up, sum(down) AS down FROM buckets WHERE name = ? AND start > ?",
      name,
      now - Math.max(window, 2 * bucketMilliseconds),
    );
    if (up === null || down === null || up + down === 0) return undefined;
    return { rate: down / (up + down) / (1 - objective), watched: up + down };
  }

  #days(name: string, now: number, count: number): (Sums & { day: number })[] {
    const today = Math.floor(now / dayMilliseconds);
    const rows = this.#query<Sums & { day: number }>(
      `SELECT day, ${columns} FROM days WHERE name = ? AND day > ? AND day < ? ORDER BY day`,
      name,
      today - count,
      today,
    );
    // Days that are over and were not rolled up yet come from the same rows as today's.
    const last = rows.at(-1)?.day ?? -1;
    const open = this.#query<Sums & { day: number }>(
      `SELECT start / ${dayMilliseconds} AS day, ${summed} FROM buckets WHERE name = ? AND start >= ? GROUP BY day ORDER BY day`,
      name,
      (last + 1) * dayMilliseconds,
    );
    return [...rows, ...open];
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

const seconds = (milliseconds: number): number => Math.round(milliseconds / 1_000);

function answered(latency: number | undefined): [answers: number, latency: number, latencyMax: number] {
  return latency === undefined ? [0, 0, 0] : [1, Math.round(latency), Math.round(latency)];
}
