import { setTimeout as delay } from "node:timers/promises";
import { processorTime } from "../daemon/processor-time.ts";

/**
 * Waits for `answered` and tells an endless loop from a slow machine: a process hangs if it has been silent for `patience` milliseconds and has
 * computed for half of them. One that has not computed either may just have got no time, or have been asleep with the machine; it gets
 * `longestPatience`.
 * @returns false as soon as `answered` settles or the process is gone.
 */
export async function isHung(
  pid: () => number | undefined,
  answered: Promise<unknown>,
  options: { patience: number; longestPatience?: number; signal?: AbortSignal },
): Promise<boolean> {
  const { patience, longestPatience = 60_000, signal } = options;
  const first = pid();
  if (first === undefined) return false;
  const began = Date.now();
  const usedBefore = processorTime(first) ?? 0;
  let settled = false;
  const done = answered.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  for (;;) {
    await Promise.race([done, delay(patience / 4, undefined, signal ? { signal } : {})]);
    if (settled || pid() !== first) return false;
    const waited = Date.now() - began;
    const used = (processorTime(first) ?? 0) - usedBefore;
    if ((waited >= patience && used >= patience / 2) || waited >= longestPatience) return true;
  }
}
