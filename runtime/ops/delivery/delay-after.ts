import { retrySchedule } from "../../../contracts/ops-deliveries.ts";

const jitter = 0.2;
const longestWish = 24 * 3_600_000;

/**
 * Milliseconds until the next attempt; undefined: there is none. What the receiver asks for (`Retry-After`) is waited at least, up to a day.
 * @param attempts made so far
 * @param random from 0 to 1
 */
export function delayAfter(attempts: number, random: number, wish: number | undefined): number | undefined {
  const seconds = retrySchedule[attempts - 1];
  if (seconds === undefined) return undefined;
  const own = Math.round(seconds * 1_000 * (1 + (random * 2 - 1) * jitter));
  return Math.max(own, Math.min(wish ?? 0, longestWish));
}
