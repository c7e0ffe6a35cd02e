import { checking } from "../../../contracts/ops-health.ts";
import type { StoredCheck } from "./check-store.ts";

/** What else the plane could reach while checks were bad; absent where there is nothing to try. */
export type Canary = boolean | undefined;

/** So few that all fail at once are no sign that it is the plane which does. */
const fewest = 3;

/**
 * Whether what was found last cannot be trusted: everything that was right is wrong at once and nothing else is reached either; or half of it,
 * while what is there for this purpose is not reached.
 */
export function isBlind(checks: readonly StoredCheck[], canary: Canary, now: number): boolean {
  const fresh = now - checking.staleIntervals * checking.interval;
  const trusted = checks.flatMap(({ kind, state, raw }) =>
    kind !== "heartbeat" && state.settled !== "down" && raw !== undefined && raw.at >= fresh ? [raw] : [],
  );
  const bad = trusted.filter(({ good }) => !good).length;
  if (canary === undefined) return trusted.length >= fewest && bad === trusted.length;
  return !canary && bad > 0 && bad >= trusted.length / 2;
}
