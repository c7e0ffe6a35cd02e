const windowMilliseconds = 10_000;

/** How many calls an object gets in a second, over the last ten. It lives in memory: an object that was restarted has no load to speak of. */
export class LoadMeter {
  #began = Number.NEGATIVE_INFINITY;
  #before = 0;
  #count = 0;

  /** Counts a call. @returns calls a second, this one included */
  note(now: number): number {
    const passed = now - this.#began;
    if (passed < 0 || passed >= windowMilliseconds) {
      this.#before = passed >= 0 && passed < 2 * windowMilliseconds ? this.#count : 0;
      this.#count = 0;
      this.#began = now;
    }
    this.#count += 1;
    const share = 1 - (now - this.#began) / windowMilliseconds;
    return (this.#before * share + this.#count) / (windowMilliseconds / 1_000);
  }
}
