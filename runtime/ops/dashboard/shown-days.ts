import type { HealthDay } from "../../../contracts/ops-health.ts";
import type { DayHealth, State } from "./dashboard-data.ts";

const dayMilliseconds = 86_400_000;
const shown = 90;
/** A day with less of its time up than this was a bad one. */
const bearable = 0.99;

/** Ninety days up to today, oldest first, those that nobody watched among them. */
export function shownDays(history: readonly HealthDay[], now: number): DayHealth[] {
  const known = new Map(history.map((day) => [day.day, day]));
  return Array.from({ length: shown }, (_, at) => {
    const day = new Date(now - (shown - 1 - at) * dayMilliseconds).toISOString().slice(0, 10);
    const found = known.get(day);
    const up = found && shareUp([found]);
    return { day, state: stateOf(found, up), ...(up !== undefined && { up }) };
  });
}

/** Share of the time that was seen; undefined where none was. */
export function shareUp(days: readonly Pick<HealthDay, "up" | "down">[]): number | undefined {
  const up = days.reduce((sum, day) => sum + day.up, 0);
  const down = days.reduce((sum, day) => sum + day.down, 0);
  return up + down === 0 ? undefined : up / (up + down);
}

function stateOf(day: HealthDay | undefined, up: number | undefined): State {
  if (day === undefined) return { tone: "paused", word: "not watched" };
  if (up !== undefined && up < bearable) return { tone: "bad", word: "down" };
  if (up !== undefined && up < 1) return { tone: "warning", word: "down for a short time" };
  if (up !== undefined) return { tone: "good", word: "up" };
  return day.maintenance > 0 ? { tone: "paused", word: "in maintenance" } : { tone: "unknown", word: "unknown" };
}
