import { escapeIdentifier } from "pg";
import type { DatabaseActivity, Filter } from "../activity/activity.ts";
import type { UncoveredForeignKey } from "../activity/read-indexes.ts";
import type { TableActivity } from "../activity/read-tables.ts";
import { bytes, count, day, duration, percent, secondsBetween } from "../figures.ts";
import type { Finding, Judgement, Remedy } from "../finding.ts";

const bigRows = 10_000;
const manyScans = 50;
/** An index that finds more of a table than this is slower than reading it. */
const selective = 0.05;

/** Big tables that are read from end to end again and again, and foreign keys that make that happen. */
export function judgeMissingIndexes(activity: DatabaseActivity): Judgement {
  const age = secondsBetween(activity.statisticsSince, activity.now);
  const keys = activity.uncoveredForeignKeys.filter(({ rows }) => rows >= 1_000).map(ofForeignKey);
  const scanned = activity.tables.filter(
    ({ rows, scans, scanned, indexScans }) =>
      rows >= bigRows && scans >= manyScans && scanned / scans >= rows / 2 && scans >= (scans + indexScans) * 0.1,
  );
  if (scanned.length === 0) return { findings: keys, undecided: [] };
  if (age < day) {
    const names = scanned.map(({ sqlName }) => sqlName).join(", ");
    const why = `${names}: read from end to end, but the statistics are only ${duration(age)} old; a day is needed`;
    return { findings: keys, undecided: [{ rule: "missing-index", what: "Whether an index is missing", why }] };
  }
  return { findings: [...keys, ...scanned.map((table) => ofScans(table, activity))], undecided: [] };
}

function ofForeignKey({ constraint, table, parent, columns, rows, parentDeletes }: UncoveredForeignKey): Finding {
  return {
    id: `foreign-key-index:${table}.${constraint}`,
    rule: "foreign-key-index",
    what: `No index of ${table} begins with the columns of its foreign key ${constraint}`,
    why: `each delete or changed key in ${parent} (${count(parentDeletes)} deletes so far) reads ${count(rows)} rows of ${table}`,
    now: "none",
    proposed: `an index on ${columns.join(", ")}`,
    how: createIndex(table, columns),
    risk: buildRisk,
  };
}

const buildRisk =
  "The build reads the whole table and waits for old transactions; every write keeps one index more up.";

function createIndex(table: string, columns: readonly string[]): Remedy {
  return {
    kind: "sql",
    statements: [`create index concurrently on ${table} (${columns.join(", ")})`],
    changesSchema: true,
  };
}

function ofScans(table: TableActivity, activity: DatabaseActivity): Finding {
  const { sqlName, scans, scanned, rows, size } = table;
  const columns = bestColumns(table, activity);
  const why = `${count(scans)} sequential scans of ${count(scanned / scans)} rows each (${bytes(size)}, ${count(rows)} rows)`;
  const common = { id: `missing-index:${sqlName}`, rule: "missing-index", now: "read from end to end" };
  if (columns === undefined)
    return {
      ...common,
      what: `${sqlName} is read from end to end again and again`,
      why: `${why}; ${
        activity.filters === undefined
          ? "which columns are asked for is not known without pg_stat_statements"
          : "no statement that was seen asks for few of its rows by value"
      }`,
      proposed: "an index on what is asked for, if it finds few rows",
      how: {
        kind: "manual",
        advice:
          activity.filters === undefined
            ? "create extension pg_stat_statements; and look again after a day."
            : "Look at its statements with explain (analyze, buffers).",
      },
      risk: "None in looking.",
    };
  return {
    ...common,
    what: `${sqlName} is read from end to end though statements ask for few rows`,
    why: `${why}; ${count(columns.calls)} statements ask by ${columns.names.join(", ")}, which finds ${percent(columns.share)}`,
    proposed: `an index on ${columns.names.join(", ")}`,
    how: createIndex(sqlName, columns.names.map(escapeIdentifier)),
    risk: buildRisk,
  };
}

/** The columns of the filter that ran most often, without those that narrow nothing; no index begins with them yet. */
function bestColumns(table: TableActivity, { filters, indexes, tables }: DatabaseActivity) {
  const unique = tables.filter(({ name }) => name === table.name).length === 1;
  const seen: Filter[] = [
    ...(filters?.get(`${table.schema}.${table.name}`) ?? []),
    ...(unique ? (filters?.get(table.name) ?? []) : []),
  ];
  const mine = indexes.filter(({ table: of, valid, predicate }) => of === table.sqlName && valid && predicate === "");
  const candidates = new Map<string, { names: string[]; calls: number; share: number }>();
  for (const { columns, calls } of seen) {
    const { names, share } = narrowest(columns, table);
    if (names.length === 0 || share > selective) continue;
    if (mine.some((index) => index.columns[0] !== undefined && columns.includes(index.columns[0]))) continue;
    const key = names.join(",");
    const before = candidates.get(key);
    candidates.set(key, { names, share, calls: (before?.calls ?? 0) + calls });
  }
  return [...candidates.values()].sort((a, b) => b.calls - a.calls)[0];
}

/** The fewest columns that find about ten rows, the most selective first; more would only make the index larger. */
function narrowest(
  columns: readonly string[],
  { selectivity, rows }: TableActivity,
): { names: string[]; share: number } {
  const of = (column: string) => selectivity[column] ?? 1;
  const names: string[] = [];
  let share = 1;
  for (const column of columns.filter((column) => of(column) <= 0.5).sort((a, b) => of(a) - of(b)))
    if (share * rows > 10) {
      names.push(column);
      share *= of(column);
    }
  return { names, share };
}
