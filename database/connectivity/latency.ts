import type { Client } from "pg";

/** Milliseconds of round trips, each one query that does nothing. */
export interface LatencyFound {
  rounds: number;
  median: number;
  p95: number;
}

export async function measureLatency(client: Client, rounds: number): Promise<LatencyFound> {
  const times: number[] = [];
  // The first query of a session also loads the server's caches, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    const start = performance.now();
    await client.query("select 1");
    if (round > 0) times.push(performance.now() - start);
  }
  return { rounds, median: percentile(times, 0.5), p95: percentile(times, 0.95) };
}

/** By nearest rank: a value that was measured, never one between two. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
