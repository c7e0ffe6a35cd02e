import type { DatabaseActivity } from "../activity/activity.ts";
import type { Bloat, TableActivity } from "../activity/read-tables.ts";
import { bytes, count, percent } from "../figures.ts";
import type { Finding, Judgement } from "../finding.ts";

/** What vacuum and analyze should have done: dead rows, empty space, old statistics, and whether they run at all. */
export function judgeUpkeep(activity: DatabaseActivity): Judgement {
  const { tables, bloat } = activity;
  const findings = [
    ...ofAutovacuum(activity),
    ...tables.filter(({ dead, rows }) => dead >= 10_000 && dead >= 0.2 * (dead + rows)).map(ofDead),
    ...tables.filter(stale).map(ofStale),
    ...(bloat ?? []).filter(({ empty, kind }) => empty >= (kind === "table" ? 0.4 : 0.5)).map(ofBloat),
  ];
  return { findings, undecided: [] };
}

function stale({ rows, changed, analyzedEver }: TableActivity): boolean {
  // Autovacuum analyzes at a tenth of the rows; twice that says that it does not come.
  return rows >= 1_000 && (!analyzedEver || changed >= 1_000 + 0.2 * rows);
}

function ofAutovacuum({ autovacuum, tables }: DatabaseActivity): Finding[] {
  const off: Finding[] = tables
    .filter((table) => !table.autovacuum && table.rows >= 1_000)
    .map(({ sqlName, rows }) => ({
      id: `autovacuum:${sqlName}`,
      rule: "autovacuum",
      what: `Autovacuum is turned off for ${sqlName}`,
      why: `${count(rows)} rows of which nothing removes the dead ones or keeps the planner's statistics`,
      now: "autovacuum_enabled = off",
      proposed: "as everywhere else",
      how: { kind: "sql", statements: [`alter table ${sqlName} reset (autovacuum_enabled)`], changesSchema: true },
      risk: "Its first run may take long; it gives way to others.",
    }));
  if (autovacuum) return off;
  return [
    {
      id: "autovacuum:server",
      rule: "autovacuum",
      what: "Autovacuum is turned off",
      why: `nothing removes dead rows of ${tables.length} tables or keeps the planner's statistics`,
      now: "autovacuum = off",
      proposed: "autovacuum = on",
      how: { kind: "endpoint", change: { settings: { pg_settings: { autovacuum: "on" } } } },
      risk: "Its first runs may take long. The change restarts the compute.",
    },
    ...off,
  ];
}

function ofDead({ sqlName, dead, rows, lastVacuum }: TableActivity): Finding {
  return {
    id: `dead-rows:${sqlName}`,
    rule: "dead-rows",
    what: `${sqlName} is full of dead rows`,
    why: `${count(dead)} dead, ${percent(dead / (dead + rows))} of all; last vacuum ${lastVacuum?.toISOString() ?? "unknown"}`,
    now: "not vacuumed",
    proposed: "vacuumed",
    how: { kind: "sql", statements: [`vacuum (analyze) ${sqlName}`], changesSchema: false },
    risk: "Reads and writes the whole table beside the other work. Removes nothing that an old transaction may still see.",
  };
}

function ofStale({ sqlName, rows, changed, analyzedEver, lastAnalyze }: TableActivity): Finding {
  return {
    id: `stale-statistics:${sqlName}`,
    rule: "stale-statistics",
    what: `The planner works with old figures of ${sqlName}`,
    why: analyzedEver
      ? `${count(changed)} changes of ${count(rows)} rows since the last analyze (${lastAnalyze?.toISOString() ?? "unknown when"})`
      : `${count(rows)} rows, never analyzed`,
    now: "not analyzed",
    proposed: "analyzed",
    how: { kind: "sql", statements: [`analyze ${sqlName}`], changesSchema: false },
    risk: "Plans change, nearly always to the better.",
  };
}

function ofBloat({ kind, sqlName, size, empty }: Bloat): Finding {
  const common = {
    id: `bloat:${sqlName}`,
    rule: "bloat",
    what: `${kind === "table" ? "Table" : "Index"} ${sqlName} is mostly air`,
    why: `${percent(empty)} of ${bytes(size)} holds nothing`,
    now: bytes(size),
    proposed: `about ${bytes(size * (1 - empty))}`,
  };
  if (kind === "index")
    return {
      ...common,
      how: { kind: "sql", statements: [`reindex index concurrently ${sqlName}`], changesSchema: false },
      risk: "Needs the space of a second index while it runs, and waits for old transactions.",
    };
  return {
    ...common,
    how: { kind: "sql", statements: [`vacuum (full, analyze) ${sqlName}`], changesSchema: false },
    risk: "Nobody can read or write the table while it is written anew, and the history grows by its size: only in a maintenance window.",
  };
}
