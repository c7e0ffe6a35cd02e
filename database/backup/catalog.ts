import { type ClientBase, escapeIdentifier } from "pg";
import type { OutsideMigrations, PartitionRecord, Relation, SequenceRecord } from "./contents.ts";

/** Filled by whoever runs the migrations, so it is neither backed up nor compared. */
const bookkeepingSchema = "chittyops";

/** Of `pg_class c` and `pg_namespace n`: what belongs neither to Postgres, nor to an extension, nor to the bookkeeping. */
const ours = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', '${bookkeepingSchema}')
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;
const from = `from pg_class c join pg_namespace n on n.oid = c.relnamespace`;

export interface TableName extends Relation {
  oid: string;
  /** On disk. */
  bytes: number;
}

export interface TableShape extends Relation {
  columns: string[];
}

export function quoted({ schema, name }: Relation): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

/** For messages and comparisons. */
export function label({ schema, name }: Relation): string {
  return `${schema}.${name}`;
}

/** Tables that hold rows of their own: also partitions, and parents by inheritance. The largest first. */
export async function readTableNames(client: ClientBase): Promise<TableName[]> {
  const { rows } = await client.query(
    `select c.oid::text, n.nspname as schema, c.relname as name, pg_relation_size(c.oid)::float8 as bytes ${from}
     where c.relkind = 'r' and c.relpersistence <> 't' and ${ours} order by 4 desc nulls last, 2, 3`,
  );
  return rows;
}

export async function readTableShapes(client: ClientBase): Promise<TableShape[]> {
  const { rows } = await client.query(
    `select n.nspname as schema, c.relname as name, array(
       select a.attname::text from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' order by a.attnum
     ) as columns ${from}
     where c.relkind = 'r' and c.relpersistence <> 't' and ${ours} order by 1, 2`,
  );
  return rows;
}

/** Parents before their partitions. */
export async function readPartitions(client: ClientBase): Promise<PartitionRecord[]> {
  const { rows } = await client.query(
    `select n.nspname as schema, c.relname as name, json_build_object('schema', pn.nspname, 'name', p.relname) as of,
       pg_get_expr(c.relpartbound, c.oid) as bound, pg_get_partkeydef(c.oid) as key ${from}
     join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
     where c.relispartition and c.relkind in ('r', 'p') and ${ours}
     order by (select count(*) from pg_partition_ancestors(c.oid)), 1, 2`,
  );
  return rows;
}

/** With the table that owns each, e.g. by an identity column. */
export async function readSequences(client: ClientBase): Promise<SequenceRecord[]> {
  const { rows } = await client.query<Omit<SequenceRecord, "lastValue" | "isCalled">>(
    `select n.nspname as schema, c.relname as name, tn.nspname || '.' || t.relname as "ofTable" ${from}
     left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.refclassid = d.classid and d.deptype in ('a', 'i')
     left join pg_class t on t.oid = d.refobjid left join pg_namespace tn on tn.oid = t.relnamespace
     where c.relkind = 'S' and c.relpersistence <> 't' and ${ours} order by 1, 2`,
  );
  const sequences: SequenceRecord[] = [];
  for (let start = 0; start < rows.length; start += 200) {
    const some = rows.slice(start, start + 200);
    const selects = some.map((one, index) => `select ${index} as i, last_value::text, is_called from ${quoted(one)}`);
    const positions = await client.query(selects.join(" union all "));
    for (const { i, last_value: lastValue, is_called: isCalled } of positions.rows) {
      const sequence = some[i];
      if (sequence) sequences.push({ ...sequence, lastValue, isCalled });
    }
  }
  return sequences;
}

/** Materialised views, each after those it reads, also through other views. */
export async function readMaterialisedViews(client: ClientBase): Promise<(Relation & { isFilled: boolean })[]> {
  const { rows } = await client.query(
    `with recursive reads(view, source) as (
       select r.ev_class, d.refobjid from pg_rewrite r
       join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
       where d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
     ), reaches(view, source) as (
       select view, source from reads union select reaches.view, reads.source from reaches join reads on reads.view = reaches.source
     )
     select n.nspname as schema, c.relname as name, c.relispopulated as "isFilled" ${from}
     where c.relkind = 'm' and ${ours}
     order by (select count(*) from reaches join pg_class s on s.oid = reaches.source where reaches.view = c.oid and s.relkind = 'm'), 1, 2`,
  );
  return rows;
}

/** What holds data and is no table of ours: it is not in a backup, and has to be said. */
export async function readUncoveredData(client: ClientBase): Promise<OutsideMigrations[]> {
  const { rows } = await client.query(
    `select 'large objects' as kind, count(*)::text as name, 'not in the backup' as detail from pg_largeobject_metadata having count(*) > 0
     union all
     select 'foreign table', n.nspname || '.' || c.relname, 'its rows are elsewhere, and not in the backup' ${from}
     where c.relkind = 'f' and ${ours} order by 1, 2`,
  );
  const configured = await client.query(
    `select e.extname, n.nspname as schema, c.relname as name, u.condition
     from pg_extension e cross join lateral unnest(e.extconfig, e.extcondition) as u(oid, condition)
     join pg_class c on c.oid = u.oid join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and has_table_privilege(c.oid, 'select')`,
  );
  for (const { extname, schema, name, condition } of configured.rows) {
    const { rowCount } = await client.query(`select from ${quoted({ schema, name })} ${condition} limit 1`);
    if (rowCount === 0) continue;
    rows.push({
      kind: "extension data",
      name: `${schema}.${name}`,
      detail: `rows in a table of extension ${extname} are not in the backup`,
    });
  }
  return rows;
}
