import { setTimeout as delay } from "node:timers/promises";
import type { Pack } from "./pack.ts";

export interface DrainOptions {
  /** Milliseconds after which there is no more waiting. */
  atMost: number;
  /** How long there must have been no call, milliseconds. */
  quiet: number;
  /**
   * How long to wait at most for requests at other processes that were on their way already: they may be in the middle of a method call
   * (RPC) to this one, which nobody can count. Those that began later wait in their link anyway. Milliseconds.
   */
  callers: number;
  /** Says that there is no time. */
  signal: AbortSignal;
}

/** Resolves when neither the edge nor the links of `others` have a call at `pack` any more. */
export async function drained(
  pack: Pack,
  others: readonly Pack[],
  { atMost, quiet, callers, signal }: DrainOptions,
): Promise<void> {
  const began = Date.now();
  const maybeCalling = others.flatMap((other) => [...other.inFlight.keys()].map((entry) => ({ other, entry })));
  let quietSince: number | undefined;
  while (Date.now() - began < atMost && !signal.aborted) {
    const waitsForCallers =
      Date.now() - began < callers && maybeCalling.some(({ other, entry }) => other.inFlight.has(entry));
    if (pack.inFlight.size > 0 || waitsForCallers || (await called(pack, others))) quietSince = undefined;
    else quietSince ??= Date.now();
    if (quietSince !== undefined && Date.now() - quietSince >= quiet) return;
    await delay(10);
  }
}

/** Whether the links of `others` have a call at `pack`; method calls (RPC) do not show. */
export async function called(pack: Pack, others: readonly Pack[]): Promise<boolean> {
  const counts = await Promise.all(
    others.map(async (other) => {
      try {
        const calls = JSON.parse((await other.link("calls", { timeout: 1000 })).body.toString("utf8")) as Record<
          string,
          number
        >;
        return calls[pack.address] ?? 0;
      } catch {
        return 0;
      }
    }),
  );
  return counts.some((count) => count > 0);
}
