import type { Client } from "pg";

export interface SequenceUse {
  sqlName: string;
  /** The column it numbers, as `schema.table.column`, and what that column can hold; absent where it stands alone. */
  column: string | null;
  columnType: string | null;
  last: number;
  /** The lesser of what the sequence and its column can reach. */
  limit: number;
  limitedBy: "sequence" | "column";
}

export async function readSequences(client: Client): Promise<SequenceUse[]> {
  const { rows } = await client.query<SequenceUse>(`
    with used as (
      select format('%I.%I', s.schemaname, s.sequencename) as name, s.last_value, s.max_value,
        quote_ident(n.nspname) || '.' || quote_ident(t.relname) || '.' || quote_ident(a.attname) as column, format_type(a.atttypid, null) as type,
        case a.atttypid when 'int2'::regtype then 32767 when 'int4'::regtype then 2147483647 end as "columnLimit"
      from pg_sequences s
        left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass
          and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
        left join pg_class t on t.oid = d.refobjid left join pg_namespace n on n.oid = t.relnamespace
        left join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
      where not s.cycle and s.increment_by > 0 and s.last_value is not null)
    select name as "sqlName", "column", type as "columnType", last_value::float8 as last,
      least(max_value, "columnLimit")::float8 as limit,
      case when "columnLimit" <= max_value then 'column' else 'sequence' end as "limitedBy"
    from used order by 1`);
  return rows;
}
