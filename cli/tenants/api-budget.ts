/** Cloudflare's limit for an account: https://developers.cloudflare.com/fundamentals/api/reference/limits/ */
export const callsPerWindow = 1_200;
export const windowMilliseconds = 300_000;

/**
 * API calls that bringing up one tenant takes, estimated on the safe side from its 24 resources: what is new is made, read back and waited
 * for; what is behind is changed.
 */
export const callsOf = { new: 60, open: 60, behind: 30, current: 0 } as const;

export interface ApiClock {
  now(): number;
  /** Resolves at that time, in milliseconds. */
  until(time: number): Promise<void>;
}

/** Calls and minutes that so many calls need under the limit: what fits into the first window needs no waiting. */
export function minutesFor(calls: number): number {
  return Math.max(0, Math.ceil(calls / callsPerWindow) - 1) * (windowMilliseconds / 60_000);
}

/** One budget of calls for everything that works on an account at a time: whoever wants to begin waits until its calls fit into the window. */
export class ApiBudget {
  readonly #clock: ApiClock;
  readonly #spent: { at: number; calls: number }[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(clock: ApiClock) {
    this.#clock = clock;
  }

  /** Takes calls, in the order of asking, once there is room for them. */
  take(calls: number): Promise<void> {
    const turn = this.#turn.then(() => this.#wait(Math.min(calls, callsPerWindow)));
    this.#turn = turn;
    return turn;
  }

  async #wait(calls: number): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      while (this.#spent[0] !== undefined && this.#spent[0].at <= now - windowMilliseconds) this.#spent.shift();
      const used = this.#spent.reduce((sum, one) => sum + one.calls, 0);
      const [oldest] = this.#spent;
      if (oldest === undefined || used + calls <= callsPerWindow) {
        this.#spent.push({ at: now, calls });
        return;
      }
      await this.#clock.until(oldest.at + windowMilliseconds);
    }
  }
}
