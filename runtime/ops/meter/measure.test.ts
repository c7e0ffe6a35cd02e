import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, type Histogram, quantile } from "./histogram.ts";
import { fiveMinutes, measure, type TailEvent } from "./measure.ts";
import { TailBuffer } from "./tail-buffer.ts";
import { countPath, summaryOf } from "./usage.ts";

const now = Date.parse("2026-11-26T12:02:00Z");
const from = Date.parse("2026-11-26T12:00:00Z");

function request(
  given: Partial<TailEvent> = {},
  url = "https://finance.test/api/v1/rates?token=secret",
  method = "GET",
): TailEvent {
  return {
    scriptName: "chittyfinance",
    eventTimestamp: now,
    outcome: "ok",
    cpuTime: 3,
    wallTime: 20,
    event: { request: { method, url }, response: { status: 200 } },
    ...given,
  };
}

describe("a histogram", () => {
  it("gives every quantile at most a tenth too high, and never too low", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 1_000_000, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (durations, share) => {
          const histogram: Histogram = {};
          for (const duration of durations) count(histogram, duration);
          const exact = durations.toSorted((a, b) => a - b)[Math.ceil(share * durations.length - 1e-9) - 1] ?? 0;
          const said = quantile(histogram, share) ?? 0;
          expect(said).toBeGreaterThanOrEqual(exact * 0.994);
          expect(said).toBeLessThanOrEqual(exact * 1.106);
        },
      ),
    );
  });

  it("says nothing of nothing", () => expect(quantile({}, 0.5)).toBeUndefined());
});

describe("measuring", () => {
  it("adds up by Worker and five minutes", () => {
    const before = request({ eventTimestamp: from - 1 });
    const other = request({ scriptName: "chittyid" });
    const measured = measure([request(), before, request(), other], now);
    expect(measured.map(({ script, from: start, usage }) => [script, start, usage.requests])).toEqual([
      ["chittyfinance", from, 2],
      ["chittyfinance", from - fiveMinutes, 1],
      ["chittyid", from, 1],
    ]);
  });

  it("counts what failed: exceptions, limits, answers of 500; not a client that went away", () => {
    const answer = (status: number) =>
      request({ event: { request: { method: "GET", url: "https://a.test/" }, response: { status } } });
    const [measured] = measure(
      [
        answer(200),
        answer(404),
        answer(500),
        request({ outcome: "exception" }),
        request({ outcome: "exceededCpu" }),
        request({ outcome: "exceededMemory" }),
        request({ outcome: "canceled" }),
      ],
      now,
    );
    expect(measured?.usage).toMatchObject({ requests: 7, errors: 4, overCpu: 1, overMemory: 1 });
  });

  it("tells requests from crons, queues and calls of objects, and prices each", () => {
    const cron: TailEvent = { scriptName: "s", eventTimestamp: now, cpuTime: 1_000, wallTime: 5_000, event: {} };
    const call = request({ scriptName: "s", durableObjectId: "1", wallTime: 10_000, cpuTime: 0 });
    const [measured] = measure([cron, call, request({ scriptName: "s", cpuTime: 0 })], now);
    expect(measured?.usage).toMatchObject({ requests: 1, other: 2, objectRequests: 1, objectMilliseconds: 10_000 });
    const summary = measured && summaryOf(measured.usage);
    // $0.30 and $0.15 a million requests, $0.02 a million ms of CPU, $12.50 a million GB-s at 0.128 GB.
    expect(summary?.dollars).toBeCloseTo((0.3 + 0.15 + 1_000 * 0.02 + 10 * 0.128 * 12.5) / 1e6, 12);
    expect(summary).toMatchObject({ requests: 1, otherInvocations: 2 });
  });

  it("keeps no query, no number, name or token of a path", () => {
    const urls = [
      "https://a.test/api/v1/rates?token=secret",
      "https://a.test/users/4711/files",
      "https://a.test/t/eyJhbGciOiJIUzI1NiJ9.e30.x",
    ];
    const [measured] = measure(
      urls.map((url) => request({}, url)),
      now,
    );
    expect(Object.keys(measured?.usage.paths ?? {})).toEqual(["/api/v1/rates", "/users/*/files", "/t/*"]);
  });

  it("keeps what is frequent of any number of paths in bounded room", () => {
    const paths: Record<string, number> = {};
    for (let index = 0; index < 10_000; index += 1) {
      countPath(paths, `/page/${index}`);
      countPath(paths, "/rates");
    }
    expect(Object.keys(paths).length).toBeLessThanOrEqual(12);
    expect(paths["/rates"]).toBeGreaterThan(0);
  });

  it("survives whatever it is sent", () => {
    const odd: unknown[] = [
      {},
      { scriptName: null },
      { scriptName: "a b" },
      { scriptName: "x".repeat(300) },
      request({ cpuTime: Number.NaN, wallTime: -1 }),
      request({}, "not a url"),
      { ...request(), event: null },
    ];
    const [measured, ...rest] = measure(odd as TailEvent[], now);
    expect(rest).toEqual([]);
    expect(measured?.usage).toMatchObject({ requests: 2, other: 1, cpuMilliseconds: 6, paths: {} });
  });

  it("takes an event of the future for one of now", () => {
    expect(measure([request({ eventTimestamp: now + 86_400_000 })], now)).toMatchObject([{ from }]);
  });
});

describe("the buffer of an isolate", () => {
  function buffer() {
    const sent: number[] = [];
    const waits: (() => void)[] = [];
    let fails = 0;
    const made = new TailBuffer({
      async send(measurements) {
        if (fails > 0) {
          fails -= 1;
          throw new Error("away");
        }
        sent.push(measurements.reduce((sum, { usage }) => sum + usage.requests, 0));
      },
      wait: () => new Promise((resolve) => waits.push(resolve)),
    });
    return { made, sent, waits, failNext: () => (fails += 1) };
  }

  it("hands in what came meanwhile as one call", async () => {
    const { made, sent, waits } = buffer();
    const all = [made.add([request()], now), made.add([request(), request()], now), made.add([], now)];
    expect(waits).toHaveLength(1);
    waits[0]?.();
    await Promise.all(all);
    expect(sent).toEqual([3]);
  });

  it("keeps what the meter did not take for the next call", async () => {
    const { made, sent, waits, failNext } = buffer();
    failNext();
    const first = made.add([request()], now);
    waits[0]?.();
    await first;
    const second = made.add([request()], now);
    waits[1]?.();
    await second;
    expect(sent).toEqual([2]);
  });
});
