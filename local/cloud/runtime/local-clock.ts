import { readFileSync } from "node:fs";
import { writeWhole } from "../daemon/files.ts";
import type { LocalClock } from "../types.ts";

/** A clock whose advances fire what becomes due, and survive a restart. */
export interface AdvancingClock extends LocalClock {
  /** `fire` is called after each advance and must resolve when everything that is due has been fired. */
  onAdvance(fire: (milliseconds: number) => Promise<void>): void;
}

export function openClock(file: string): AdvancingClock {
  let ahead = readAhead(file);
  const listeners: ((milliseconds: number) => Promise<void>)[] = [];
  return {
    now: () => Date.now() + ahead,
    async advance(milliseconds) {
      ahead += milliseconds;
      writeWhole(file, JSON.stringify({ aheadMilliseconds: ahead }));
      for (const fire of listeners) await fire(milliseconds);
    },
    onAdvance: (fire) => listeners.push(fire),
  };
}

function readAhead(file: string): number {
  try {
    const { aheadMilliseconds } = JSON.parse(readFileSync(file, "utf8")) as { aheadMilliseconds?: unknown };
    return typeof aheadMilliseconds === "number" ? aheadMilliseconds : 0;
  } catch {
    return 0;
  }
}
