import { collection } from "../store/collection.ts";
import type { Store } from "../store/store.ts";
import type { LocalClock } from "../types.ts";

/** From `since` (milliseconds of real time) on, the local clock was `ahead` milliseconds ahead. */
interface ClockRecord {
  since: number;
  ahead: number;
}

const clockRecords = collection({
  kind: "neon-clock",
  scope: (_: ClockRecord) => "",
  id: (record) => String(record.since),
});

/** Postgres keeps its history by real time, and the API speaks the local clock's, which jumps: this remembers the jumps. */
export interface RealTime {
  /** To be called after the clock may have been advanced. */
  noteAdvance(): void;
  /** The real moment that the local clock showed `local`; for a moment that was jumped over, that of the jump. Milliseconds. */
  of(local: number): number;
  /** What the local clock showed at a real moment. Milliseconds. */
  shownAt(real: number): number;
}

export function createRealTime(store: Store, clock: LocalClock): RealTime {
  const realTime: RealTime = {
    noteAdvance() {
      const now = Date.now();
      const ahead = Math.round(clock.now() - now);
      const last = store.list(clockRecords).at(-1);
      // Two readings of the time of day differ by a little.
      if (last === undefined ? ahead > 100 : Math.abs(last.ahead - ahead) > 100)
        store.put(clockRecords, { since: now, ahead });
    },
    of(local) {
      const jumps = store.list(clockRecords);
      for (let index = jumps.length - 1; index >= 0; index--) {
        const jump = jumps[index];
        if (!jump || local < jump.since + jump.ahead) continue;
        return Math.min(local - jump.ahead, jumps[index + 1]?.since ?? Number.POSITIVE_INFINITY);
      }
      return Math.min(local, jumps[0]?.since ?? Number.POSITIVE_INFINITY);
    },
    shownAt(real) {
      const jump = store.list(clockRecords).findLast(({ since }) => since < real);
      return real + (jump?.ahead ?? 0);
    },
  };
  realTime.noteAdvance();
  return realTime;
}
