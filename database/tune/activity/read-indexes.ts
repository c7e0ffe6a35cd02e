import type { Client } from "pg";

export interface IndexActivity {
  table: string;
  /** As SQL writes it: `schema.index`. */
  sqlName: string;
  size: number;
  scans: number;
  valid: boolean;
  /** It keeps rows apart, or a constraint, the replica identity or a partitioned table stands on it: nothing to drop. */
  needed: boolean;
  method: string;
  /** What it is sorted by: each column or expression with its operator class, collation and direction. */
  keys: readonly string[];
  /** Only the names of its key columns, up to the first expression. */
  columns: readonly string[];
  included: readonly string[];
  predicate: string;
  /** Whether it is being built now. */
  building: boolean;
}

export async function readIndexes(client: Client): Promise<IndexActivity[]> {
  const { rows } = await client.query<IndexActivity>(`
    select format('%I.%I', n.nspname, t.relname) as table, format('%I.%I', n.nspname, c.relname) as "sqlName",
      pg_relation_size(c.oid)::float8 as size, coalesce(s.idx_scan, 0)::float8 as scans, i.indisvalid as valid,
      (i.indisunique or i.indisprimary or i.indisexclusion or i.indisreplident or c.relispartition or c.relkind = 'I'
        or exists (select from pg_constraint where conindid = c.oid)) as needed,
      a.amname as method,
      array(select concat_ws(' ', pg_get_indexdef(c.oid, k, true), i.indclass[k - 1], i.indcollation[k - 1], i.indoption[k - 1])
        from generate_series(1, i.indnkeyatts) k order by k) as keys,
      array(select attname::text from generate_series(1, i.indnkeyatts) k
        join pg_attribute on attrelid = t.oid and attnum = i.indkey[k - 1] where not exists (
          select from generate_series(1, k) before where i.indkey[before - 1] = 0) order by k) as columns,
      array(select pg_get_indexdef(c.oid, k, true) from generate_series(i.indnkeyatts + 1, i.indnatts) k order by k) as included,
      coalesce(pg_get_expr(i.indpred, t.oid), '') as predicate,
      exists (select from pg_stat_progress_create_index p where p.index_relid = c.oid) as building
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
      join pg_namespace n on n.oid = t.relnamespace join pg_am a on a.oid = c.relam
      left join pg_stat_user_indexes s on s.indexrelid = c.oid
    where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' and t.relpersistence <> 't' order by 1, 2`);
  return rows;
}

/** A foreign key whose columns no index begins with. */
export interface UncoveredForeignKey {
  constraint: string;
  table: string;
  parent: string;
  /** As SQL writes them. */
  columns: readonly string[];
  rows: number;
  /** Rows deleted from the parent since the statistics began; each looks through the whole table. */
  parentDeletes: number;
}

export async function readUncoveredForeignKeys(client: Client): Promise<UncoveredForeignKey[]> {
  const { rows } = await client.query<UncoveredForeignKey>(`
    select f.conname::text as constraint, format('%I.%I', n.nspname, t.relname) as table, format('%I.%I', pn.nspname, pt.relname) as parent,
      array(select quote_ident(attname) from unnest(f.conkey) with ordinality k(num, place)
        join pg_attribute on attrelid = t.oid and attnum = num order by place) as columns,
      greatest(t.reltuples, s.n_live_tup, 0)::float8 as rows, coalesce(ps.n_tup_del, 0)::float8 as "parentDeletes"
    from pg_constraint f join pg_class t on t.oid = f.conrelid join pg_namespace n on n.oid = t.relnamespace
      join pg_class pt on pt.oid = f.confrelid join pg_namespace pn on pn.oid = pt.relnamespace
      left join pg_stat_user_tables s on s.relid = t.oid left join pg_stat_user_tables ps on ps.relid = pt.oid
    where f.contype = 'f' and t.relkind = 'r' and not exists (
      select from pg_index i where i.indrelid = t.oid and i.indisvalid and i.indpred is null and i.indnkeyatts >= cardinality(f.conkey)
        and (select array_agg(i.indkey[place - 1] order by i.indkey[place - 1]) from generate_series(1, cardinality(f.conkey)) place)
          = (select array_agg(num order by num) from unnest(f.conkey) num))
    order by 2, 1`);
  return rows;
}

/** The columns of a foreign key, by name, on the side that refers. */
export interface ForeignKeyColumns {
  table: string;
  columns: readonly string[];
}

export async function readForeignKeyColumns(client: Client): Promise<ForeignKeyColumns[]> {
  const { rows } = await client.query<ForeignKeyColumns>(`
    select format('%I.%I', n.nspname, t.relname) as table,
      array(select attname::text from unnest(f.conkey) num join pg_attribute on attrelid = t.oid and attnum = num) as columns
    from pg_constraint f join pg_class t on t.oid = f.conrelid join pg_namespace n on n.oid = t.relnamespace where f.contype = 'f'`);
  return rows;
}
