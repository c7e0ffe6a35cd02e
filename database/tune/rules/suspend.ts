import type { DatabaseActivity } from "../activity/activity.ts";
import type { EndpointFacts } from "../endpoint-facts.ts";
import { count, day, duration, secondsBetween } from "../figures.ts";
import type { Judgement } from "../finding.ts";

const usual = 300;
/** So many starts a day let somebody wait every half hour. */
const manyStarts = 48;

/** Whether the compute sleeps when nobody needs it, and does not when somebody does. */
export function judgeSuspend(activity: DatabaseActivity, endpoint: EndpointFacts): Judgement {
  return endpoint.suspendSeconds === -1 ? judgeNever(activity, endpoint) : judgeStarts(activity, endpoint);
}

function judgeNever({ statisticsSince, now, commits }: DatabaseActivity, { minCu }: EndpointFacts): Judgement {
  const observed = secondsBetween(statisticsSince, now);
  if (observed < day) {
    const why = `the statistics are ${duration(observed)} old; a day is needed`;
    return { findings: [], undecided: [{ rule: "suspend", what: "Whether the compute may sleep", why }] };
  }
  // Commits come in bursts, so there are fewer and longer gaps than this average: it errs to the careful side.
  const gap = observed / Math.max(1, commits);
  if (gap <= usual) return { findings: [], undecided: [] };
  const idle = 1 - usual / gap;
  return {
    findings: [
      {
        id: "suspend:never",
        rule: "suspend",
        what: "The compute never sleeps, though it has long pauses",
        why: `${count(commits)} transactions in ${duration(observed)}, one each ${duration(gap)}; asleep it would save about ${count(
          idle * 24 * 30 * minCu,
        )} CU-hours a month`,
        now: "never suspended",
        proposed: `suspended after ${duration(usual)}`,
        how: { kind: "endpoint", change: { suspend_timeout_seconds: usual } },
        risk: "The first request after a pause waits for the start, some hundred milliseconds; statistics and cache begin anew.",
      },
    ],
    undecided: [],
  };
}

function judgeStarts(
  { now }: DatabaseActivity,
  { starts, suspendSeconds, minCu, consumption = [] }: EndpointFacts,
): Judgement {
  const days = starts === undefined ? 0 : secondsBetween(new Date(starts.since), now) / day;
  if (starts === undefined || days < 1) {
    const why =
      starts === undefined ? "the starts of the endpoint were not given" : "they are known for less than a day";
    return { findings: [], undecided: [{ rule: "suspend", what: "Whether the compute sleeps too soon", why }] };
  }
  const perDay = starts.count / days;
  if (perDay < manyStarts) return { findings: [], undecided: [] };
  const after = suspendSeconds === 0 ? usual : suspendSeconds;
  const proposed = Math.min(604_800, after * 4);
  const period = consumption.reduce((sum, { start, end }) => sum + secondsBetween(new Date(start), new Date(end)), 0);
  const active = consumption.reduce((sum, { activeSeconds }) => sum + activeSeconds, 0);
  const share = period > 0 ? `, active ${((active / period) * 100).toFixed(0)} % of the time` : "";
  return {
    findings: [
      {
        id: "suspend:often",
        rule: "suspend",
        what: "The compute is started again and again",
        why: `${count(perDay)} starts a day${share}; each lets a request wait and empties the cache`,
        now: `suspended after ${duration(after)}`,
        proposed: `suspended after ${duration(proposed)}`,
        how: { kind: "endpoint", change: { suspend_timeout_seconds: proposed } },
        risk: `Each pause costs up to ${(((proposed - after) / 3_600) * minCu).toFixed(2)} CU-hours more.`,
      },
    ],
    undecided: [],
  };
}
