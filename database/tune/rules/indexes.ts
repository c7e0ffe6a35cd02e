import type { DatabaseActivity } from "../activity/activity.ts";
import type { IndexActivity } from "../activity/read-indexes.ts";
import { bytes, count, day, duration, secondsBetween } from "../figures.ts";
import type { Finding, Judgement } from "../finding.ts";

/** Smaller ones cost next to nothing. */
const worthwhile = 2 ** 20;

/** Indexes that only cost: broken, said twice, or never used. */
export function judgeIndexes(activity: DatabaseActivity): Judgement {
  const { indexes } = activity;
  const broken = indexes.filter(({ valid, building }) => !valid && !building);
  const sound = indexes.filter(({ valid }) => valid);
  const redundant = new Map<IndexActivity, IndexActivity>();
  for (const index of sound) {
    const better = sound.find((other) => other !== index && !redundant.has(other) && covers(other, index));
    if (better) redundant.set(index, better);
  }
  const unused = sound.filter(
    (index) => index.scans === 0 && !index.needed && !redundant.has(index) && index.size >= worthwhile,
  );
  const droppable = unused.filter((index) => !servesForeignKey(activity, index));
  const age = secondsBetween(activity.statisticsSince, activity.now);
  const findings = [...broken.map(ofBroken), ...[...redundant].map(([index, better]) => ofRedundant(index, better))];
  if (droppable.length === 0) return { findings, undecided: [] };
  if (age < day) {
    const why = `${droppable.length} were not used so far, but the statistics are only ${duration(age)} old; a day is needed`;
    return { findings, undecided: [{ rule: "unused-index", what: "Whether indexes are unused", why }] };
  }
  return { findings: [...findings, ...droppable.map((index) => ofUnused(index, activity, age))], undecided: [] };
}

/** Whether everything that `index` can do, `other` can do as well. */
function covers(other: IndexActivity, index: IndexActivity): boolean {
  if (
    index.needed ||
    other.table !== index.table ||
    other.method !== index.method ||
    other.predicate !== index.predicate
  )
    return false;
  const begins = index.keys.every((key, place) => other.keys[place] === key);
  const included = index.included.every((column) => other.included.includes(column) || other.columns.includes(column));
  if (!begins || !included) return false;
  return other.keys.length === index.keys.length || index.method === "btree";
}

/** A key's columns must stay at the beginning of some index, or each delete in the parent reads the whole table. */
function servesForeignKey({ foreignKeyColumns }: DatabaseActivity, { table, columns }: IndexActivity): boolean {
  return foreignKeyColumns.some(
    (key) =>
      key.table === table && key.columns.every((column) => columns.slice(0, key.columns.length).includes(column)),
  );
}

const drop = (index: IndexActivity) =>
  ({ kind: "sql", statements: [`drop index concurrently ${index.sqlName}`], changesSchema: true }) as const;

function ofBroken(index: IndexActivity): Finding {
  return {
    id: `broken-index:${index.sqlName}`,
    rule: "broken-index",
    what: `Index ${index.sqlName} is not valid: a concurrent build of it failed`,
    why: `${bytes(index.size)} that no query uses and every write pays for`,
    now: "not valid",
    proposed: "built anew",
    how: { kind: "sql", statements: [`reindex index concurrently ${index.sqlName}`], changesSchema: false },
    risk: "Reads the whole table. A unique index fails again while there are duplicates: remove those first.",
  };
}

function ofRedundant(index: IndexActivity, better: IndexActivity): Finding {
  const same = better.keys.length === index.keys.length;
  return {
    id: `redundant-index:${index.sqlName}`,
    rule: "redundant-index",
    what: `Index ${index.sqlName} on ${index.table} is ${same ? "the same as" : "the beginning of"} ${better.sqlName}`,
    why: `${bytes(index.size)}; ${count(index.scans)} scans, which ${better.sqlName} (${bytes(better.size)}) could serve`,
    now: "both are kept up at each write",
    proposed: `only ${better.sqlName}`,
    how: drop(index),
    risk: same ? "None for queries." : `Scans read ${better.sqlName} instead, which is larger.`,
  };
}

function ofUnused(index: IndexActivity, { statisticsSince }: DatabaseActivity, age: number): Finding {
  return {
    id: `unused-index:${index.sqlName}`,
    rule: "unused-index",
    what: `Index ${index.sqlName} on ${index.table} was never used`,
    why: `0 scans since ${statisticsSince.toISOString().slice(0, 10)} (${duration(age)}); ${bytes(index.size)} kept up at each write`,
    now: "kept",
    proposed: "dropped",
    how: drop(index),
    risk: "A query that runs more rarely than that, or on a read replica, whose scans are not counted here, would miss it.",
  };
}
