import { setTimeout } from "node:timers/promises";

/** Waits until one more request may be sent. */
export type Pace = (signal: AbortSignal) => Promise<void>;

/**
 * For limits on requests in any window of time, such as Cloudflare's in any five minutes. Requests go out at once while the
 * window has room, and after that only as old ones leave it. `Infinity` never waits.
 */
export function pacing(requests: number, windowMs: number, now: () => number = Date.now): Pace {
  const sent: number[] = [];
  let turn: Promise<void> = Promise.resolve();

  async function admit(signal: AbortSignal): Promise<void> {
    for (;;) {
      while (sent[0] !== undefined && sent[0] <= now() - windowMs) sent.shift();
      if (sent.length < requests) {
        sent.push(now());
        return;
      }
      await setTimeout(Math.max((sent[0] ?? 0) + windowMs - now(), 1), undefined, { signal });
    }
  }

  return (signal) => {
    if (requests === Number.POSITIVE_INFINITY) return Promise.resolve();
    turn = turn.catch(() => {}).then(() => admit(signal));
    return turn;
  };
}
