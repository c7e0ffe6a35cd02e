import type { Client } from "pg";

export interface TableActivity {
  schema: string;
  name: string;
  /** As SQL writes it: `schema.table`, quoted where needed. */
  sqlName: string;
  /** With its indexes and what is stored apart. */
  totalSize: number;
  size: number;
  /** The better of the two estimates: of the statistics, which a restart may lose, and of the last analyze. */
  rows: number;
  dead: number;
  /** Rows changed since the last analyze. */
  changed: number;
  analyzedEver: boolean;
  lastVacuum: Date | null;
  lastAnalyze: Date | null;
  scans: number;
  indexScans: number;
  /** Rows that the sequential scans read. */
  scanned: number;
  autovacuum: boolean;
  /** Estimates of the planner, for columns that were analyzed: share of the rows that one value finds. */
  selectivity: Record<string, number>;
}

export async function readTables(client: Client): Promise<TableActivity[]> {
  const { rows } = await client.query<TableActivity>(`
    select n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as "sqlName",
      pg_total_relation_size(c.oid)::float8 as "totalSize", pg_relation_size(c.oid)::float8 as size,
      greatest(s.n_live_tup, c.reltuples)::float8 as rows, s.n_dead_tup::float8 as dead, s.n_mod_since_analyze::float8 as changed,
      c.reltuples >= 0 as "analyzedEver", greatest(s.last_vacuum, s.last_autovacuum) as "lastVacuum",
      greatest(s.last_analyze, s.last_autoanalyze) as "lastAnalyze", s.seq_scan::float8 as scans,
      coalesce(s.idx_scan, 0)::float8 as "indexScans", s.seq_tup_read::float8 as scanned,
      coalesce((select option_value::bool from pg_options_to_table(c.reloptions) where option_name = 'autovacuum_enabled'), true) as autovacuum,
      coalesce((select json_object_agg(attname, case
          when n_distinct > 0 then 1 / n_distinct
          when n_distinct < 0 and c.reltuples > 0 then 1 / greatest(-n_distinct * c.reltuples, 1) else 1 end)
        from pg_stats p where p.schemaname = n.nspname and p.tablename = c.relname and not p.inherited), '{}') as selectivity
    from pg_stat_user_tables s join pg_class c on c.oid = s.relid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relpersistence <> 't' order by 1, 2`);
  return rows;
}

/** How much of a big table or index is empty, by `pgstattuple`. */
export interface Bloat {
  kind: "table" | "index";
  sqlName: string;
  size: number;
  /** Share that holds nothing, 0 to 1. */
  empty: number;
}

/** Below this size nobody wins anything. */
const worthwhile = 8 * 2 ** 20;

/** Looks into the 20 biggest tables and indexes. Absent where the extension is not installed or may not be used. */
export async function readBloat(client: Client): Promise<Bloat[] | undefined> {
  const { rows: installed } = await client.query<{ schema: string; allowed: boolean }>(`
    select quote_ident(nspname) as schema, has_function_privilege(p.oid, 'execute') as allowed
    from pg_proc p join pg_namespace n on n.oid = pronamespace where proname = 'pgstattuple_approx' limit 1`);
  const [extension] = installed;
  if (!extension?.allowed) return undefined;
  const { rows } = await client.query<Bloat>(
    `
    with big as materialized (
      select c.oid, c.relkind, format('%I.%I', nspname, relname) as "sqlName", pg_relation_size(c.oid) as size
      from pg_class c join pg_namespace n on n.oid = relnamespace left join pg_am a on a.oid = c.relam left join pg_index i on i.indexrelid = c.oid
      where (c.relkind = 'r' or (c.relkind = 'i' and a.amname = 'btree' and i.indisvalid)) and c.relpersistence = 'p'
        and nspname not like 'pg\\_%' and nspname <> 'information_schema' and pg_relation_size(c.oid) >= $1
      order by size desc limit 20)
    select case relkind when 'r' then 'table' else 'index' end as kind, "sqlName", size::float8 as size,
      case relkind when 'r' then (select approx_free_percent from ${extension.schema}.pgstattuple_approx(oid)) / 100
        else 1 - (select avg_leaf_density from ${extension.schema}.pgstatindex(oid)) / 100 end as empty
    from big`,
    [worthwhile],
  );
  return rows;
}
