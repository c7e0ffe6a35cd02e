import type { Unit } from "./unit.ts";

/** What a process holds, as far as planning goes. */
export interface Placed {
  units: readonly Unit[];
}

/** What to do so that every desired unit runs somewhere. */
export interface Plan<P extends Placed> {
  /** Processes that must have ended before anything starts, since their Durable Objects move. */
  stopFirst: P[];
  /** Groups of units; each gets a new process. */
  start: Unit[][];
  /** Processes that nothing needs any more once the new ones serve. */
  retire: P[];
}

/** Units of one process. Larger means less memory and slower starts; a deploy starts a process with what changed only. */
export const packSize = 12;
/** Objects of one process pause together when one of their scripts changes. */
export const statefulPackSize = 6;

/**
 * A change never touches a process whose Durable Objects stay as they are: what is new starts in a process of its own, and the old
 * process goes on with what it has. Only `compact` brings processes together again.
 * @param alone ids of units that must not share a process.
 */
export function plan<P extends Placed>(
  desired: readonly Unit[],
  packs: readonly P[],
  alone: ReadonlySet<string> = new Set(),
): Plan<P> {
  const wanted = new Map(desired.map((unit) => [unit.id, unit]));
  const running = new Set(packs.flatMap(({ units }) => units.map(({ id }) => id)));
  const missing = desired.filter(({ id }) => !running.has(id));
  const stopFirst = packs.filter(({ units }) => units.some((unit) => unit.stateful && !wanted.has(unit.id)));
  const kept = packs.filter((pack) => !stopFirst.includes(pack));

  const start: Unit[][] = [];
  const placed = new Set<string>();
  for (const { units } of stopFirst) {
    const keys = new Set(units.map(({ spec }) => spec.key));
    const stay = units.flatMap(({ id }) => wanted.get(id) ?? []);
    const successors = missing.filter(
      (unit) => unit.stateful && keys.has(unit.spec.key) && !alone.has(unit.id) && !placed.has(unit.id),
    );
    const group = [...stay, ...successors];
    for (const { id } of group) placed.add(id);
    if (group.length > 0) start.push(group);
  }

  const rest = missing.filter(({ id }) => !placed.has(id));
  start.push(...rest.filter(({ id }) => alone.has(id)).map((unit) => [unit]));
  const shared = rest.filter(({ id }) => !alone.has(id));
  start.push(
    ...chunks(
      shared.filter(({ stateful }) => !stateful),
      packSize,
    ),
  );
  for (const ofAccount of byAccount(shared.filter(({ stateful }) => stateful)))
    start.push(...chunks(ofAccount, statefulPackSize));

  return { stopFirst, start, retire: kept.filter(({ units }) => !units.some(({ id }) => wanted.has(id))) };
}

/**
 * What to bring together when nothing changes: processes that are small or hold units nobody needs. Undefined: it is good as it is.
 * @param tolerated how many processes more than necessary, and units that nobody needs, are left alone.
 */
export function compact<P extends Placed>(
  desired: readonly Unit[],
  packs: readonly P[],
  tolerated: { processes: number; units: number },
  alone: ReadonlySet<string> = new Set(),
): Plan<P> | undefined {
  const wanted = new Map(desired.map((unit) => [unit.id, unit]));
  const live = (pack: P): Unit[] => pack.units.flatMap(({ id }) => wanted.get(id) ?? []);
  const mergeable = packs.filter((pack) => !pack.units.some(({ id }) => alone.has(id)));

  const stateless = mergeable.filter((pack) => live(pack).every(({ stateful }) => !stateful));
  const stale = stateless.reduce((sum, pack) => sum + pack.units.length - live(pack).length, 0);
  const units = stateless.flatMap(live);
  if (stateless.length > Math.ceil(units.length / packSize) + tolerated.processes || stale > tolerated.units) {
    const full = stateless.filter((pack) => live(pack).length === pack.units.length && pack.units.length >= packSize);
    const merged = stateless.filter((pack) => !full.includes(pack));
    return { stopFirst: [], start: chunks(merged.flatMap(live), packSize), retire: merged };
  }

  for (const ofAccount of byAccount(mergeable.flatMap(live).filter(({ stateful }) => stateful))) {
    const holders = mergeable.filter((pack) => live(pack).some((unit) => unit.stateful && ofAccount.includes(unit)));
    if (holders.length > Math.ceil(ofAccount.length / statefulPackSize) + tolerated.processes) {
      return { stopFirst: holders, start: chunks(holders.flatMap(live), statefulPackSize), retire: [] };
    }
  }
  return undefined;
}

function byAccount(units: readonly Unit[]): Unit[][] {
  return [...Map.groupBy(units, ({ spec }) => spec.accountId).values()];
}

function chunks(units: readonly Unit[], size: number): Unit[][] {
  const count = Math.ceil(units.length / size);
  const even = Math.ceil(units.length / Math.max(count, 1));
  return Array.from({ length: count }, (_, index) => units.slice(index * even, (index + 1) * even));
}
