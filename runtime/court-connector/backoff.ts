const firstMilliseconds = 5_000;
const mostMilliseconds = 6 * 3_600_000;
const longestWish = 24 * 3_600_000;

/** After this many attempts, about two and a half days, a filing is a dead letter. */
export const mostAttempts = 20;

/**
 * Milliseconds until the next attempt: doubled each time up to six hours, of which at least half is waited. What the court asks for
 * (`Retry-After`) comes first, up to a day.
 * @param random from 0 to 1
 */
export function delayAfter(attempts: number, random: number, wish: number | undefined): number {
  const longest = Math.min(mostMilliseconds, firstMilliseconds * 2 ** (attempts - 1));
  const own = Math.round(longest * (0.5 + random / 2));
  return Math.max(own, Math.min(wish ?? 0, longestWish));
}
