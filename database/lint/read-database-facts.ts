import type { ClientBase } from "pg";
import type { DatabaseFacts } from "./migration-to-lint.ts";

/** What the linter wants to know of a database, in one query. Rows are estimates; sizes count indexes, and partitions in their table. */
export async function readDatabaseFacts(client: Pick<ClientBase, "query">): Promise<DatabaseFacts> {
  const { rows } = await client.query<{ facts: DatabaseFacts }>(query);
  const facts = rows[0]?.facts;
  if (!facts) throw new Error("The query for the facts of a database answered nothing.");
  return facts;
}

const query = `
with named as (
  select c.oid, c.relkind, c.reltuples,
    case n.nspname when 'public' then c.relname else n.nspname || '.' || c.relname end as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%'
), tables as (
  select oid, name, relkind = 'p' as partitioned from named where relkind in ('r', 'p', 'm')
)
select json_build_object(
  'tables', coalesce((select json_object_agg(t.name, json_build_object(
    'rows', parts.rows,
    'bytes', parts.bytes,
    'partitioned', t.partitioned,
    'columns', coalesce((
      select json_object_agg(a.attname, json_build_object('type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull))
      from pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
    ), '{}'),
    'constraints', coalesce((
      select json_object_agg(k.conname, json_build_object('definition', pg_get_constraintdef(k.oid), 'validated', k.convalidated))
      from pg_constraint k where k.conrelid = t.oid
    ), '{}')
  )) from tables t, lateral (
    select sum(greatest(p.reltuples, pg_stat_get_live_tuples(p.oid), 0))::float8 as rows,
      sum(pg_total_relation_size(p.oid))::float8 as bytes
    from pg_class p
    where p.oid = t.oid or (t.partitioned and p.oid in (select relid from pg_partition_tree(t.oid) where isleaf))
  ) parts), '{}'),
  'indexes', coalesce((select json_object_agg(i.name, json_build_object('table', t.name, 'valid', x.indisvalid))
    from pg_index x join named i on i.oid = x.indexrelid join tables t on t.oid = x.indrelid), '{}'),
  'readByViews', coalesce((select json_agg(distinct read) from (
    select t.name || case when d.refobjsubid = 0 then '' else '.' || a.attname end as read
    from pg_rewrite r
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
    join named t on t.oid = d.refobjid and d.refobjid <> r.ev_class
    left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  ) reads), '[]')
) as facts`;
