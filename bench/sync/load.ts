import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "undici";

export interface Call {
  path: string;
  body: string;
  headers: Record<string, string>;
}

/** Sends calls to one address. @throws Error as soon as one is not answered with 200 */
export class Load {
  readonly #pool: Pool;

  constructor(url: string, connections: number) {
    this.#pool = new Pool(new URL(url).origin, { connections });
  }

  async send({ path, body, headers }: Call): Promise<void> {
    const answer = await this.#pool.request({
      method: "POST",
      path,
      body,
      headers: { ...headers, "content-type": "application/json" },
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${path} was answered ${answer.statusCode}: ${text.slice(0, 300)}`);
  }

  /** All of them, `atOnce` at one time. @returns calls a second */
  async flood(calls: readonly Call[], atOnce: number): Promise<number> {
    const started = performance.now();
    let next = 0;
    const worker = async () => {
      for (let call = calls[next++]; call !== undefined; call = calls[next++]) await this.send(call);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return calls.length / ((performance.now() - started) / 1_000);
  }

  /** So many a second, whether those before were answered or not. @returns what each took from the time at which it was due, in milliseconds */
  async steady(make: (index: number) => Promise<Call>, perSecond: number, seconds: number): Promise<number[]> {
    const took: number[] = [];
    const running: Promise<void>[] = [];
    const started = performance.now();
    let failure: unknown;
    for (let index = 0; index < perSecond * seconds && failure === undefined; index++) {
      const due = started + (index * 1_000) / perSecond;
      const wait = due - performance.now();
      if (wait > 1) await delay(wait);
      running.push(
        make(index)
          .then((call) => this.send(call))
          .then(() => void took.push(performance.now() - due))
          .catch((error: unknown) => {
            failure ??= error;
          }),
      );
      if (running.length > 2_000) await Promise.all(running.splice(0, 1_000));
    }
    await Promise.all(running);
    if (failure !== undefined) throw failure;
    return took;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}

/** @param share e.g. 0.99 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
