import { migrate } from "../storage/migrate.ts";
import type { ObjectStorage } from "../storage/object-storage.ts";

/** An alarm this much later than its time will not come by itself. */
const lostMilliseconds = 5 * 60_000;

/**
 * Sets an object's alarm, and knows when it was to come: whoever takes an alarm can tell whether the plane ran all the time. Times are those of
 * alarms, `alarmTime`, not the plane's.
 */
export class AlarmSetter {
  readonly #storage: ObjectStorage;
  #at: number | undefined;

  constructor(storage: ObjectStorage) {
    this.#storage = storage;
    migrate(storage, "alarm", [
      ["CREATE TABLE IF NOT EXISTS alarm (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL)"],
    ]);
    this.#at = storage.sql.exec<{ at: number }>("SELECT at FROM alarm").toArray()[0]?.at;
  }

  /** What the alarm's handler begins with. @returns by how many milliseconds it is late */
  taken(now: number): number {
    const late = this.#at === undefined ? 0 : now - this.#at;
    this.#at = undefined;
    return late;
  }

  /** Sets it, unless an earlier one is set. */
  async by(at: number, now: number): Promise<void> {
    if (at === Number.POSITIVE_INFINITY) return;
    if (this.#at !== undefined && this.#at <= at && this.#at > now - lostMilliseconds) return;
    this.#at = at;
    this.#storage.sql.exec("INSERT OR REPLACE INTO alarm VALUES (1, ?)", at);
    await this.#storage.setAlarm(at);
  }
}
