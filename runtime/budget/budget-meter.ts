import type { BudgetConfiguration, BudgetLevel } from "../../contracts/lite-child.ts";
import { ProblemError } from "../problem/problem.ts";
import type { Clock, ObjectStorage } from "../storage/object-storage.ts";

/** What has been used of a day (UTC), and what that means. */
export interface Usage {
  /** e.g. `2026-11-26` */
  day: string;
  requests: number;
  units: number;
  level: BudgetLevel;
  /** Set by an administrator until then (ISO 8601), instead of by what was used. */
  setUntil: string | null;
}

const keptDays = 40;
/** Longer than any clock's tolerance. */
const keptCallSeconds = 60;
const dayMilliseconds = 86_400_000;

/** Counts a child's requests by day, and tells the level that its budget is at. */
export class BudgetMeter {
  readonly #storage: ObjectStorage;
  readonly #clock: Clock;
  readonly #budget: BudgetConfiguration | undefined;

  /** @param budget undefined: requests are counted, and the level stays `observe` unless it is set */
  constructor(storage: ObjectStorage, clock: Clock, budget: BudgetConfiguration | undefined) {
    this.#storage = storage;
    this.#clock = clock;
    this.#budget = budget;
    this.#query("CREATE TABLE IF NOT EXISTS days (day TEXT PRIMARY KEY, requests INTEGER, units INTEGER)");
    this.#query(
      "CREATE TABLE IF NOT EXISTS level (one INTEGER PRIMARY KEY CHECK (one = 1), level TEXT, until INTEGER)",
    );
    this.#query("CREATE TABLE IF NOT EXISTS calls (id TEXT PRIMARY KEY, expires INTEGER)");
  }

  /** Counts a request. The answer has it in. */
  use(units: number): Usage {
    const day = this.#day();
    const [row] = this.#query<{ requests: number; units: number }>(
      "INSERT INTO days VALUES (?, 1, ?) ON CONFLICT (day) DO UPDATE SET requests = requests + 1, units = units + excluded.units RETURNING requests, units",
      day,
      units,
    );
    if (row?.requests === 1) {
      this.#query("DELETE FROM days WHERE day < ?", this.#day(this.#clock.now() - keptDays * dayMilliseconds));
    }
    return this.usage();
  }

  usage(): Usage {
    const day = this.#day();
    const [row] = this.#query<{ requests: number; units: number }>(
      "SELECT requests, units FROM days WHERE day = ?",
      day,
    );
    const { requests, units } = row ?? { requests: 0, units: 0 };
    const [set] = this.#query<{ level: BudgetLevel; until: number }>(
      "SELECT level, until FROM level WHERE until > ?",
      this.#clock.now(),
    );
    const level = set?.level ?? this.#levelAt(units);
    return { day, requests, units, level, setUntil: set === undefined ? null : new Date(set.until).toISOString() };
  }

  /** Sets the level until a time (milliseconds since the epoch); null gives it back to what was used. */
  set(change: { level: BudgetLevel; until: number } | null): Usage {
    this.#storage.transactionSync(() => {
      this.#query("DELETE FROM level");
      if (change !== null) this.#query("INSERT INTO level VALUES (1, ?, ?)", change.level, change.until);
    });
    return this.usage();
  }

  /**
   * Takes a signed call, by its id and when it expires (seconds since the epoch), once.
   * @throws ProblemError 409: it was taken before
   */
  takeOnce({ id, expires }: { id: string; expires: number }): void {
    this.#storage.transactionSync(() => {
      this.#query("DELETE FROM calls WHERE expires < ?", Math.floor(this.#clock.now() / 1_000) - keptCallSeconds);
      if (this.#query("SELECT id FROM calls WHERE id = ?", id).length > 0) {
        const detail = "This call was made before. Sign each call anew, with an id (jti) of its own.";
        throw new ProblemError({ status: 409, title: "Call replayed", detail });
      }
      this.#query("INSERT INTO calls VALUES (?, ?)", id, expires);
    });
  }

  #levelAt(units: number): BudgetLevel {
    if (this.#budget === undefined) return "observe";
    const share = units / this.#budget.unitsPerDay;
    // What was spent has to be over a threshold: the last unit of the budget may still be used.
    if (share > this.#budget.pauseAt) return "pause";
    return share > this.#budget.degradeAt ? "degrade" : "observe";
  }

  #day(now = this.#clock.now()): string {
    return new Date(now).toISOString().slice(0, 10);
  }

  #query<R extends Record<string, string | number | null>>(query: string, ...bindings: (string | number)[]): R[] {
    return this.#storage.sql.exec<R>(query, ...bindings).toArray();
  }
}
