import type { ResourceFinding, ServiceUsage } from "../../../contracts/ops-metrics.ts";
import { quantile } from "./histogram.ts";
import type { Usage } from "./usage.ts";

/** Fewer invocations in the window say nothing. */
const enough = 200;

/**
 * What a week's usage says about how a service is declared. Only what can be known from it: that a store is not used, or that a queue has no
 * consumer, no tail event tells.
 */
export function findingsOf({ summary, usage }: { summary: ServiceUsage; usage: Usage }): ResourceFinding[] {
  const { service, family, requests, otherInvocations } = summary;
  const invocations = requests + otherInvocations;
  const about = { service, ...(family !== undefined && { family }) };
  if (invocations === 0) return family === undefined ? [] : [{ ...about, ...unused }];
  const rules = [overCpu, overMemory, looseLimit, waits, repeats, fails];
  return rules.flatMap((rule) => {
    const finding = invocations < enough && rule !== overCpu && rule !== overMemory ? undefined : rule(summary, usage);
    return finding === undefined ? [] : [{ ...about, ...finding }];
  });
}

type Said = Omit<ResourceFinding, "service" | "family">;
type Judgement = (summary: ServiceUsage, usage: Usage) => Said | undefined;

const unused: Said = {
  kind: "unused",
  found: "nothing has called it for seven days",
  remedy: "Take it out of the catalog, with its stores, if nobody needs it.",
};

const overCpu: Judgement = (_, { overCpu: times, cpu }) => {
  if (times === 0) return undefined;
  const cpuMs = limitFor(quantile(cpu, 0.99) ?? 0, 2);
  return {
    kind: "limits",
    found: `${times} invocations were ended because they went over the limit of CPU time`,
    remedy: "Raise the limit, or find what takes so long.",
    change: { hosting: { limits: { cpuMs } } },
  };
};

const overMemory: Judgement = (_, { overMemory: times }) =>
  times === 0
    ? undefined
    : {
        kind: "limits",
        found: `${times} invocations were ended because they went over 128 MB of memory`,
        remedy: "Send large bodies on as streams instead of holding them.",
      };

/** A limit that is far above what is used lets one loop cost as much as a month. */
const looseLimit: Judgement = ({ cpu }, { overCpu: times }) => {
  if (cpu === undefined || times > 0 || cpu.p99 > 1_000) return undefined;
  const cpuMs = limitFor(cpu.p99, 10);
  return {
    kind: "limits",
    found: `99 of 100 invocations take at most ${cpu.p99} ms of CPU time`,
    remedy: `Limit it to ${cpuMs} ms, unless it is limited to less already.`,
    change: { hosting: { limits: { cpuMs } } },
  };
};

const waits: Judgement = ({ latency, cpu }) => {
  if (latency === undefined || cpu === undefined || latency.p50 < 200 || cpu.p50 > latency.p50 / 10) return undefined;
  return {
    kind: "placement",
    found: `half of its requests take more than ${latency.p50} ms, of which it computes for ${cpu.p50} ms: it waits for what is behind it`,
    remedy: "Let Cloudflare place it near its back ends.",
    change: { hosting: { placement: "smart" } },
  };
};

const repeats: Judgement = ({ requests }, { reads, paths }) => {
  const [most] = Object.entries(paths).sort(([, a], [, b]) => b - a);
  if (most === undefined || most[0].includes("*") || most[0] === "/health") return undefined;
  const [path, times] = most;
  if (times < requests / 3 || reads < requests * 0.8) return undefined;
  return {
    kind: "caching",
    found: `at least ${times} of ${requests} requests read ${path}`,
    remedy: "Answer it with a Cache-Control, or keep the answer in the Cache API, if it is the same for everybody.",
  };
};

const fails: Judgement = ({ errorRate, errors }) =>
  errorRate < 0.05
    ? undefined
    : {
        kind: "errors",
        found: `${errors} invocations failed, ${Math.round(errorRate * 100)} of 100`,
        remedy: "Read what it logs: npx chittyops local logs, or its log bucket.",
      };

/** A limit in milliseconds that a catalog would name: `times` what was measured, in round numbers, 10 to 300,000. */
function limitFor(measured: number, times: number): number {
  const wanted = Math.min(Math.max(measured * times, 10), 300_000);
  const unit = 10 ** Math.floor(Math.log10(wanted));
  return Math.min(Math.ceil(wanted / unit) * unit, 300_000);
}
