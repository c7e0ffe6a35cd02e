import { setTimeout as delay } from "node:timers/promises";
import type { Pack } from "./pack.ts";

/**
 * Resolves when neither the edge nor the links of `others` have had a call at `pack` for `quiet` milliseconds, or after `atMost`,
 * or when `signal` says that there is no time.
 */
export async function drained(
  pack: Pack,
  others: readonly Pack[],
  { atMost, quiet, signal }: { atMost: number; quiet: number; signal: AbortSignal },
): Promise<void> {
  const deadline = Date.now() + atMost;
  let quietSince: number | undefined;
  while (Date.now() < deadline && !signal.aborted) {
    if (pack.busy || (await called(pack, others))) quietSince = undefined;
    else quietSince ??= Date.now();
    if (quietSince !== undefined && Date.now() - quietSince >= quiet) return;
    await delay(10);
  }
}

async function called(pack: Pack, others: readonly Pack[]): Promise<boolean> {
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
