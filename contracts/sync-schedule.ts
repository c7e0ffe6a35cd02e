/** A child's place in the interval: a hash of its name, from 0 to 1, so that the children of a fleet are spread evenly and none moves. */
export function slotOf({ family, child }: { family: string; child: string }): number {
  // FNV-1a, mixed as MurmurHash3 ends: names that differ in a digit are far apart.
  let hash = 0x811c9dc5;
  for (const character of `${family}/${child}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * Milliseconds until a child's next tick: its slot in the interval that comes after half an interval at least, whenever it came now.
 * @param slot of `slotOf`
 * @param now milliseconds since the epoch
 */
export function untilSlot(slot: number, intervalMilliseconds: number, now: number): number {
  const earliest = now + intervalMilliseconds / 2;
  const offset = slot * intervalMilliseconds;
  const intervals = Math.ceil((earliest - offset) / intervalMilliseconds);
  return Math.round(intervals * intervalMilliseconds + offset - now);
}

const firstRetryMilliseconds = 30_000;

/**
 * Milliseconds until a child that got no answer tries again: doubled each time up to the interval, or what the parent asked for
 * (`Retry-After`) if that is longer; then as much again at most. The jitter comes after the cap: before it all that reached the cap would
 * come at once.
 * @param failures in a row, from 1
 * @param random from 0 to 1
 */
export function retryAfter(
  failures: number,
  intervalMilliseconds: number,
  random: number,
  wishMilliseconds = 0,
): number {
  const capped = Math.min(intervalMilliseconds, firstRetryMilliseconds * 2 ** (failures - 1));
  return Math.round(Math.max(capped, wishMilliseconds) * (1 + random));
}

const mostStretch = 6;

/** How many times the interval is when an object gets so many ticks a second; up to 6, which is half an hour. */
export function stretchOf(ticksPerSecond: number, capacityPerSecond: number): number {
  return Math.min(mostStretch, Math.max(1, Math.ceil(ticksPerSecond / capacityPerSecond)));
}
