import { checking, type HealthState } from "../../../contracts/ops-health.ts";

/** What is wrong. `unverifiable`: a redirect, which says neither. */
type Fault = "unhealthy" | "unreachable" | "unverifiable";

/** What one look found. Times in milliseconds. */
export type CheckResult = { at: number; detail: string; latency?: number } & (
  | { good: true }
  | { good: false; fault: Fault }
);

/** What the looks so far add up to. */
export interface CheckState {
  settled: "new" | "up" | "down";
  /** Of `down`. */
  fault?: Fault;
  /** When it settled so. */
  since?: number;
  /** Results in a row that say otherwise than what it settled on. */
  against: number;
  /** When the results that are bad now began. */
  failingSince?: number;
  last?: CheckResult;
  /** The last times that results changed between good and bad. */
  changes: number[];
  flappingSince?: number;
}

export const newCheck: CheckState = { settled: "new", against: 0, changes: [] };

/**
 * Takes one more result in. A change of mind needs several results in a row, both ways. Something that changes between good and bad again
 * and again is flapping until it has kept still for a while.
 */
export function afterResult(before: CheckState, result: CheckResult, interval: number): CheckState {
  const { at, good } = result;
  const stale = before.last === undefined || at - before.last.at > checking.staleIntervals * interval;
  const changed = before.last !== undefined && before.last.good !== good;
  const changes = [...before.changes, ...(changed ? [at] : [])].slice(-checking.flappingChanges);
  const state: CheckState = { ...before, ...settle(before, result, stale), last: result, changes };
  if (good) delete state.failingSince;
  else state.failingSince = stale ? at : (before.failingSince ?? at);
  const flapping = flappingSince(state, at);
  if (flapping !== undefined) state.flappingSince = flapping;
  else if (state.flappingSince !== undefined) {
    delete state.flappingSince;
    state.changes = [];
  }
  return state;
}

function settle(before: CheckState, result: CheckResult, stale: boolean): Partial<CheckState> {
  const { at, good } = result;
  const fault = good ? {} : { fault: result.fault };
  if (before.settled === (good ? "up" : "down")) return { against: 0, ...fault };
  // What was seen before a gap does not add up with what is seen after it.
  const against = stale ? 1 : before.against + 1;
  const needed = good ? (before.settled === "new" ? 1 : checking.successesToClose) : checking.failuresToOpen;
  if (against < needed) return { against };
  return { settled: good ? "up" : "down", since: at, against: 0, ...fault };
}

function flappingSince({ changes, flappingSince }: CheckState, at: number): number | undefined {
  const [first = at] = changes;
  if (flappingSince !== undefined) {
    return at - (changes.at(-1) ?? at) >= checking.flappingEndsAfter ? undefined : flappingSince;
  }
  return changes.length === checking.flappingChanges && at - first <= checking.flappingWithin ? at : undefined;
}

/** Whether it is about to change its mind, so that it is worth looking again soon. */
export function isUndecided({ against, settled, last }: CheckState): boolean {
  return against > 0 || (settled === "new" && last?.good === false);
}

/** Whether there is something wrong that somebody should know of. */
export function isBad({ settled, flappingSince }: CheckState): boolean {
  return settled === "down" || flappingSince !== undefined;
}

/** What is shown. @param blind the plane sees nothing, so that what it knows is worth nothing */
export function healthOf(
  state: CheckState,
  { now, interval, blind }: { now: number; interval: number; blind: boolean },
): HealthState {
  const { settled, fault, last, flappingSince } = state;
  if (blind || last === undefined || now - last.at > checking.staleIntervals * interval) return "unknown";
  if (flappingSince !== undefined) return "flapping";
  if (settled === "new") return "unknown";
  return settled === "up" ? "healthy" : (fault ?? "unreachable");
}
