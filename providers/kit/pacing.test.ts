import { describe, expect, it } from "vitest";
import { pacing } from "./pacing.ts";

const signal = new AbortController().signal;

describe("pacing", () => {
  it("lets a window's requests go at once and the next one when the first has left the window", async () => {
    const pace = pacing(2, 100);
    const started = performance.now();
    const waited: number[] = [];
    await Promise.all(
      Array.from({ length: 5 }, () => pace(signal).then(() => waited.push(performance.now() - started))),
    );
    expect(waited[1]).toBeLessThan(90);
    expect(waited[2]).toBeGreaterThanOrEqual(99);
    expect(waited[4]).toBeGreaterThanOrEqual(199);
  });

  it("never waits without a limit", async () => {
    const pace = pacing(Number.POSITIVE_INFINITY, 60_000);
    await Promise.all(Array.from({ length: 1000 }, () => pace(signal)));
  });

  it("stops waiting when it is cancelled, and lets later requests through in their turn", async () => {
    const stop = new AbortController();
    const pace = pacing(1, 100);
    await pace(signal);
    const waiting = expect(pace(stop.signal)).rejects.toThrow();
    stop.abort();
    await waiting;
    await pace(signal);
  });
});
