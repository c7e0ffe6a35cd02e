import type { ServiceLevel } from "../../contracts/lite-child.ts";
import type { Clock, ObjectStorage } from "../storage/object-storage.ts";

/** One request as its objectives see it. */
export interface Observation {
  /** HTTP status of the answer. */
  status: number;
  milliseconds: number;
}

/** How an objective stands. Shares are from 0 to 1. */
export interface ServiceLevelReport {
  name: string;
  objective: number;
  windowDays: number;
  /** Requests within the window, and those of them that were good. */
  good: number;
  total: number;
  /** Share of good ones; null before there was a request. */
  measured: number | null;
  met: boolean | null;
  /** Share of the error budget that is left; below 0 when it is overspent. */
  budgetLeft: number | null;
  /** How fast the budget is spent: 1 uses it up exactly at the window's end. By the last 1, 6 and 72 hours; null without requests. */
  burnRate: { hours1: number | null; hours6: number | null; hours72: number | null };
}

const hourMilliseconds = 3_600_000;

/** Counts good and total requests by hour, for each objective. */
export class ServiceLevelMeter {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;
  readonly #levels: readonly ServiceLevel[];

  constructor(storage: ObjectStorage, clock: Clock, levels: readonly ServiceLevel[]) {
    this.#storage = storage;
    this.#clock = clock;
    this.#levels = levels;
    this.#query(
      "CREATE TABLE IF NOT EXISTS hours (name TEXT, hour INTEGER, good INTEGER, total INTEGER, PRIMARY KEY (name, hour))",
    );
  }

  observe(observation: Observation): void {
    const hour = this.#hour();
    for (const { name, good, windowDays } of this.#levels) {
      const [row] = this.#query<{ total: number }>(
        "INSERT INTO hours VALUES (?, ?, ?, 1) ON CONFLICT (name, hour) DO UPDATE SET good = good + excluded.good, total = total + 1 RETURNING total",
        name,
        hour,
        isGood(observation, good) ? 1 : 0,
      );
      if (row?.total === 1) this.#query("DELETE FROM hours WHERE name = ? AND hour <= ?", name, hour - windowDays * 24);
    }
  }

  report(): ServiceLevelReport[] {
    return this.#levels.map(({ name, objective, windowDays }) => {
      const { good, total } = this.#countsOf(name, windowDays * 24);
      const allowed = 1 - objective;
      const burn = (hours: number) => {
        const counts = this.#countsOf(name, hours);
        return counts.total === 0 ? null : (counts.total - counts.good) / counts.total / allowed;
      };
      const measured = total === 0 ? null : good / total;
      return {
        name,
        objective,
        windowDays,
        good,
        total,
        measured,
        met: measured === null ? null : measured >= objective,
        budgetLeft: measured === null ? null : 1 - (1 - measured) / allowed,
        burnRate: { hours1: burn(1), hours6: burn(6), hours72: burn(72) },
      };
    });
  }

  /** The current hour is the last of the window. */
  #countsOf(name: string, hours: number): { good: number; total: number } {
    const [row] = this.#query<{ good: number | null; total: number | null }>(
      "SELECT sum(good) AS good, sum(total) AS total FROM hours WHERE name = ? AND hour > ?",
      name,
      this.#hour() - hours,
    );
    return { good: row?.good ?? 0, total: row?.total ?? 0 };
  }

  #hour(): number {
    return Math.floor(this.#clock.now() / hourMilliseconds);
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}

function isGood({ status, milliseconds }: Observation, good: ServiceLevel["good"]): boolean {
  return status < 500 && ("answers" in good || milliseconds <= good.withinMilliseconds);
}
