import { type Measurement, measure, type TailEvent } from "./measure.ts";
import { addUsage } from "./usage.ts";

/** How long events are collected: the meter gets so many calls from one isolate, however much runs. Milliseconds. */
const collected = 1_000;
/** Sums that wait while the meter does not answer; what is beyond is lost, which only metrics may be. */
const most = 2_000;

export interface TailBufferOptions {
  send(measurements: Measurement[]): Promise<void>;
  wait(milliseconds: number): Promise<void>;
}

/** Collects what was measured in this isolate, and hands it to the meter as one call. */
export class TailBuffer {
  readonly #options: TailBufferOptions;
  readonly #pending = new Map<string, Measurement>();
  #sending: Promise<void> | undefined;

  constructor(options: TailBufferOptions) {
    this.#options = options;
  }

  /** Resolves when the meter has these events, or when they wait for the next ones because it does not answer. */
  add(events: readonly TailEvent[], now: number): Promise<void> {
    this.#collect(measure(events, now));
    if (this.#pending.size === 0) return Promise.resolve();
    this.#sending ??= this.#send();
    return this.#sending;
  }

  async #send(): Promise<void> {
    await this.#options.wait(collected);
    this.#sending = undefined;
    const measurements = [...this.#pending.values()];
    this.#pending.clear();
    try {
      await this.#options.send(measurements);
    } catch (error) {
      console.warn(`The meter does not take what was measured: ${String(error)}`);
      this.#collect(measurements);
    }
  }

  #collect(measurements: readonly Measurement[]): void {
    for (const measurement of measurements) {
      const key = `${measurement.script} ${measurement.from}`;
      const known = this.#pending.get(key);
      if (known !== undefined) addUsage(known.usage, measurement.usage);
      else if (this.#pending.size < most) this.#pending.set(key, measurement);
    }
  }
}
