import { createHmac } from "node:crypto";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { childKeyMessage } from "../contracts/child-key.ts";
import { opsCompatibility } from "../contracts/ops-plane.ts";
import { runsOf, stateOf, tickOf } from "../runtime/ops/sync/testing/sync-plane.ts";
import { nodePlane } from "../runtime/ops/testing/node-plane.ts";
import { planeWorker } from "../runtime/ops/testing/plane-worker.ts";
import { signRequest } from "../runtime/signed-request/signed-request.ts";
import { clockServer } from "./clock-server.ts";
import { type Benchmark, median } from "./report.ts";
import { baselineHeaders, baselineKey, baselineModule } from "./sync/baseline.ts";
import { type Call, Load, percentile } from "./sync/load.ts";
import { residentOfRuntimes } from "./sync/resident.ts";

const children = Number(process.env.CHITTYOPS_BENCH_CHILDREN ?? 10_000);
const perSecond = 333;
/** Of the plane's time; its clock is advanced so that they take `steadySeconds`. */
const planeSeconds = 600;
const steadySeconds = Number(process.env.CHITTYOPS_BENCH_SECONDS ?? 120);
const speed = planeSeconds / steadySeconds;
/** The plane may know of an advance this much later, and takes no signature from the future. */
const signedBefore = 20_000;
const rounds = 11;
const perRound = 1_000;
const atOnce = 64;
/** Between two advances of the clock, in milliseconds. */
const step = 250;
const enrolmentKey = "e".repeat(64);
const state = stateOf();

/** Ticks of children at the plane against the least that a signed write to a Durable Object costs, on the same machine in the same run. */
export const syncTicks: Benchmark = {
  name: "sync-ticks",
  run: async (progress) => {
    const clock = await clockServer();
    const signed: Sign = (index, path, message) => signedCall(index, path, message, clock.now() - signedBefore);
    const tick = (index: number) => signed(index, "/sync", tickOf(state, { metrics: { requests: index % 1_000 } }));
    const baseline = await runtime(baselineWorker());
    const plane = await runtime(await worker(clock.url));
    try {
      const loads = { baseline: new Load(baseline.url, atOnce), plane: new Load(plane.url, atOnce) };
      progress(`enrolling ${children} children`);
      const enrolled = await inTurns(children, 400, async (from, count) => {
        const calls = await range(from, count, (index) =>
          signed(index, "/sync/enrol", { version: 1, runs: runsOf(state), state }),
        );
        return await loads.plane.flood(calls, atOnce);
      });
      const rates: Record<"baseline" | "plane", number[]> = { baseline: [], plane: [] };
      for (let round = 0; round <= rounds; round++) {
        progress(`round ${round} of ${rounds}`);
        const least = await loads.baseline.flood(await range(0, perRound, plainCall), atOnce);
        const ticks = await range(round * perRound, perRound, tick);
        const full = await loads.plane.flood(ticks, atOnce);
        // The first round only warms up.
        if (round > 0) {
          rates.baseline.push(least);
          rates.plane.push(full);
        }
      }
      const shares = rates.plane.map((rate, index) => rate / (rates.baseline[index] ?? Number.NaN));
      progress(`ticks against the floor: ${shares.map((one) => one.toFixed(2)).join(" ")}`);
      progress(`${perSecond} ticks a second for ${steadySeconds} s`);
      const advancing = setInterval(() => clock.advance(step * (speed - 1)), step).unref();
      const before = await memoryOf();
      const half = Math.floor(steadySeconds / 2);
      const took = await loads.plane.steady(tick, perSecond, half);
      const middle = await memoryOf();
      took.push(...(await loads.plane.steady(tick, perSecond, steadySeconds - half)));
      const after = await memoryOf();
      clearInterval(advancing);
      await Promise.all([loads.baseline.close(), loads.plane.close()]);
      const share = median(shares);
      const growth = after - middle;
      return {
        title: "Ticks of children",
        how: `One workerd each, ${children} children enrolled, ${atOnce} calls at once, ${rounds} alternating rounds of ${perRound}; then ${perSecond} ticks a second (100,000 children every five minutes) for ${steadySeconds} s, each timed from when it was due, while the plane's clock goes on by ${planeSeconds} s.`,
        rows: [
          { what: "one HMAC verified, one row written", value: `${Math.round(median(rates.baseline))} a second` },
          { what: "ticks at the plane", value: `${Math.round(median(rates.plane))} a second` },
          {
            what: "ticks against that, median of the rounds",
            value: `${Math.round(share * 100)} %`,
            aim: "at least 80 %",
            met: share >= 0.8,
          },
          { what: "enrolments, each in the audit trail", value: `${Math.round(median(enrolled))} a second` },
          { what: `a tick at ${perSecond} a second, median`, value: `${percentile(took, 0.5).toFixed(1)} ms` },
          { what: `a tick at ${perSecond} a second, p99`, value: `${percentile(took, 0.99).toFixed(1)} ms` },
          { what: "resident memory before and after", value: `${Math.round(before)} and ${Math.round(after)} MiB` },
          {
            what: "its growth in the second half",
            value: `${Math.round(growth)} MiB`,
            aim: "flat: at most 5 %",
            met: growth <= middle * 0.05,
          },
        ],
      };
    } finally {
      await Promise.all([baseline.dispose(), plane.dispose(), clock.close()]);
    }
  },
};

async function worker(clockUrl: string) {
  const { env } = await nodePlane();
  const told = { ...JSON.parse(env.OPS), families: ["chitty-apps"], clockUrl };
  return planeWorker({
    OPS: JSON.stringify(told),
    SIGNING_KEY: env.SIGNING_KEY,
    FAMILY_KEYS: JSON.stringify({ "chitty-apps": { 1: enrolmentKey } }),
  });
}

function baselineWorker() {
  return {
    name: "baseline",
    modules: [{ type: "ESModule" as const, path: "index.mjs", contents: baselineModule }],
    compatibilityDate: opsCompatibility.date,
    bindings: { KEY: baselineKey },
    durableObjects: { ROWS: { className: "Rows", useSQLite: true } },
  };
}

async function runtime(one: ReturnType<typeof baselineWorker> | ReturnType<typeof planeWorker>) {
  const miniflare = new Miniflare(convertV4MiniflareOptions({ workers: [one] }));
  const url = (await miniflare.ready).href;
  return { url, dispose: () => miniflare.dispose() };
}

/** Of the runtime that was started last: the plane's. */
async function memoryOf(): Promise<number> {
  return (await residentOfRuntimes()).at(-1) ?? Number.NaN;
}

async function plainCall(index: number): Promise<Call> {
  const body = JSON.stringify(tickOf(state, { metrics: { requests: index % 1_000 } }));
  return { path: "/", body, headers: baselineHeaders(`chitty-apps/child-${index}`, body) };
}

type Sign = (index: number, path: string, message: object) => Promise<Call>;

/** @param at when it was signed, in the plane's time */
async function signedCall(index: number, path: string, message: object, at: number): Promise<Call> {
  const child = `child-${index % children}`;
  const key = createHmac("sha256", enrolmentKey).update(childKeyMessage(child, 1)).digest("hex");
  const body = JSON.stringify(message);
  const signer = {
    key: new TextEncoder().encode(key),
    header: { alg: "HS256", kid: "1" },
    issuer: `chitty-apps/${child}`,
    audience: "chittyops",
  };
  const parts = { method: "POST", url: `http://ops.test${path}`, body };
  return { path, body, headers: await signRequest(parts, signer, crypto.randomUUID(), at) };
}

function range(from: number, count: number, make: (index: number) => Promise<Call>): Promise<Call[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(from + index)));
}

async function inTurns(
  total: number,
  size: number,
  work: (from: number, count: number) => Promise<number>,
): Promise<number[]> {
  const rates: number[] = [];
  for (let from = 0; from < total; from += size) rates.push(await work(from, Math.min(size, total - from)));
  return rates;
}
