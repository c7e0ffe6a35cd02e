import type { DatabaseActivity } from "../activity/activity.ts";
import { autoscalingSizes, cacheBytes, type EndpointFacts, widestRange } from "../endpoint-facts.ts";
import { bytes, count, day, duration, percent, secondsBetween } from "../figures.ts";
import type { Finding, Judgement } from "../finding.ts";

/** Fewer block accesses say nothing about a cache. */
const fewestBlocks = 100_000;
const goodHitRate = 0.99;

/** Whether what is used fits in the memory of the compute, and whether the compute is larger than anything asks for. */
export function judgeSizing(activity: DatabaseActivity, endpoint: EndpointFacts): Judgement {
  const observed = secondsBetween(activity.statisticsSince, activity.now);
  const { hit, read } = activity.blocks;
  if (hit + read < fewestBlocks || observed < day) {
    const why = `${count(hit + read)} blocks were read in ${duration(observed)}; ${count(fewestBlocks)} in a day are needed to judge`;
    return { findings: [], undecided: [{ rule: "sizing", what: "Whether the compute has the right size", why }] };
  }
  const hitRate = hit / (hit + read);
  const used = usedBytes(activity);
  const figures = `cache hit rate ${percent(hitRate)} of ${count(hit + read)} blocks in ${duration(observed)}; tables and indexes in use ${bytes(used)}`;
  const fitting = autoscalingSizes.find((cu) => cacheBytes(cu) >= used);
  if (hitRate < goodHitRate) return { findings: tooSmall(endpoint, used, figures, fitting), undecided: [] };
  const busy = activity.activeTime / 1_000 / observed;
  return { findings: tooLarge(endpoint, busy, figures, fitting), undecided: [] };
}

/** Of what was looked at since the statistics began; what nobody reads needs no memory. */
function usedBytes({ tables, indexes }: DatabaseActivity): number {
  const usedTables = tables.filter(({ scans, indexScans }) => scans + indexScans > 0);
  const usedIndexes = indexes.filter(({ scans }) => scans > 0);
  return [...usedTables, ...usedIndexes].reduce((sum, { size }) => sum + size, 0);
}

function tooSmall(endpoint: EndpointFacts, used: number, figures: string, fitting: number | undefined): Finding[] {
  const { minCu, maxCu } = endpoint;
  const target = fitting ?? 16;
  // It fits even in the least size: the cache was cold, and more memory would not have helped.
  if (target <= minCu) return [];
  const newMax = Math.max(maxCu, target);
  // Scaling down throws away what was cached, so the least size has to hold it as well, as far as the range allows.
  const newMin = Math.max(minCu, Math.min(target, newMax), newMax - widestRange);
  return [
    {
      id: "sizing:cache",
      rule: "sizing",
      what: "What the database uses does not fit in the memory of its compute",
      why: `${figures}; ${minCu} CU cache ${bytes(cacheBytes(minCu))}, ${maxCu} CU ${bytes(cacheBytes(maxCu))}${
        fitting === undefined ? `; no size that scales holds ${bytes(used)}` : ""
      }`,
      now: `${minCu} to ${maxCu} CU`,
      proposed: `${newMin} to ${newMax} CU`,
      how: {
        kind: "endpoint",
        change: { autoscaling_limit_min_cu: newMin, autoscaling_limit_max_cu: newMax },
      },
      risk: `Each hour in use costs at least ${newMin} instead of ${minCu} CU-hours. The change may end sessions.`,
    },
  ];
}

function tooLarge(
  { minCu, maxCu }: EndpointFacts,
  busy: number,
  figures: string,
  fitting: number | undefined,
): Finding[] {
  if (fitting === undefined) return [];
  const enough = autoscalingSizes.find((cu) => cu >= fitting && cu >= busy * 2) ?? 16;
  if (enough > minCu / 2 || maxCu - enough > widestRange) return [];
  return [
    {
      id: "sizing:idle",
      rule: "sizing",
      what: "The least size of the compute is larger than anything asks for",
      why: `${figures}; on average ${busy.toFixed(2)} sessions work at a time; ${enough} CU cache ${bytes(cacheBytes(enough))}`,
      now: `at least ${minCu} CU`,
      proposed: `at least ${enough} CU`,
      how: { kind: "endpoint", change: { autoscaling_limit_min_cu: enough } },
      risk: "A sudden load waits some seconds until the compute has grown. The change may end sessions.",
    },
  ];
}

/** Whether the compute stands at its upper limit, by Neon's own account of what it used. */
export function judgeCeiling(endpoint: EndpointFacts): Judgement {
  const { consumption = [], minCu, maxCu } = endpoint;
  const active = consumption.reduce((sum, { activeSeconds }) => sum + activeSeconds, 0);
  const used = consumption.reduce((sum, { computeSeconds }) => sum + computeSeconds, 0);
  if (active < 3_600) {
    const why = `the consumption history that was given has ${duration(active)} of active time; an hour is needed`;
    return {
      findings: [],
      undecided: [{ rule: "ceiling", what: "Whether the compute stands at its upper limit", why }],
    };
  }
  const average = used / active;
  if (average < 0.9 * maxCu || minCu === maxCu || maxCu >= 16) return { findings: [], undecided: [] };
  const newMax = Math.min(16, maxCu * 2, minCu + widestRange);
  if (newMax <= maxCu) return { findings: [], undecided: [] };
  return {
    findings: [
      {
        id: "ceiling:compute",
        rule: "ceiling",
        what: "The compute stands at its upper limit",
        why: `${average.toFixed(2)} CU on average of ${duration(active)} of active time; the limit is ${maxCu} CU`,
        now: `${minCu} to ${maxCu} CU`,
        proposed: `${minCu} to ${newMax} CU`,
        how: { kind: "endpoint", change: { autoscaling_limit_max_cu: newMax } },
        risk: `An hour may cost up to ${newMax} CU-hours. Look first whether a single statement is to blame.`,
      },
    ],
    undecided: [],
  };
}
