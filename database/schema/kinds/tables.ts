import { defineKind } from "../kind.ts";
import type { SchemaObject } from "../schema-object.ts";

interface TableData {
  unlogged: boolean;
  partitionBy: string | null;
  partitionOf: string | null;
  bound: string | null;
  inherits: string[];
  rowSecurity: boolean;
  forced: boolean;
  options: string[];
}

export const tableKind = defineKind<TableData>({
  kind: "table",
  query: `select array['pg_class/' || c.oid || '/0', 'pg_type/' || c.reltype || '/0', 'pg_type/' || coalesce(t.typarray, 0) || '/0'] as keys,
      format('%I.%I', n.nspname, c.relname) as name,
      json_build_object(
        'unlogged', c.relpersistence = 'u',
        'partitionBy', case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end,
        'partitionOf', case when c.relispartition then (select inhparent::regclass::text from pg_inherits where inhrelid = c.oid) end,
        'bound', pg_get_expr(c.relpartbound, c.oid),
        'inherits', coalesce((select json_agg(inhparent::regclass::text order by inhseqno) from pg_inherits
          where inhrelid = c.oid and not c.relispartition), '[]'),
        'rowSecurity', c.relrowsecurity, 'forced', c.relforcerowsecurity,
        'options', coalesce(to_json(array(select unnest(c.reloptions) order by 1)), '[]')
      ) as data
    from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_type t on t.oid = c.reltype
    where c.relkind in ('r', 'p') and our(n.oid)`,
  // The planner puts the columns in: createTable.
  create: (table) => tableText(table, []),
  drop: ({ name }) => [`DROP TABLE ${name}`],
  alter: ({ data: from }, { name, data: to }) => {
    if (from.partitionBy !== to.partitionBy || from.partitionOf !== to.partitionOf || from.bound !== to.bound)
      return { unsupported: "partitioning is not changed here" };
    if (from.inherits.join() !== to.inherits.join()) return { unsupported: "inheritance is not changed here" };
    const gone = from.options.filter((option) => !to.options.includes(option)).map((option) => option.split("=")[0]);
    const fresh = to.options.filter((option) => !from.options.includes(option));
    return [
      ...(from.unlogged === to.unlogged ? [] : [`SET ${to.unlogged ? "UNLOGGED" : "LOGGED"}`]),
      ...(gone.length > 0 ? [`RESET (${gone.join(", ")})`] : []),
      ...(fresh.length > 0 ? [`SET (${fresh.join(", ")})`] : []),
      ...(from.rowSecurity === to.rowSecurity ? [] : [`${to.rowSecurity ? "ENABLE" : "DISABLE"} ROW LEVEL SECURITY`]),
      ...(from.forced === to.forced ? [] : [`${to.forced ? "FORCE" : "NO FORCE"} ROW LEVEL SECURITY`]),
    ].map((change) => `ALTER TABLE ${name} ${change}`);
  },
  holdsData: () => true,
  dropsLate: true,
  words: ({ data: from }, { data: to }) =>
    Object.entries(to)
      .filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(from[key as keyof TableData]))
      .map(([key, value]) => `${key}: ${JSON.stringify(from[key as keyof TableData])} -> ${JSON.stringify(value)}`)
      .join(", "),
});

/** A new table with its columns, each given as `name type …`. */
export function createTable(table: SchemaObject, columns: readonly string[]): string[] {
  return tableText(table as unknown as SchemaObject<TableData>, columns);
}

function tableText({ name, data }: SchemaObject<TableData>, columns: readonly string[]): string[] {
  const lines = columns.map((column) => `  ${column}`).join(",\n");
  const body = data.partitionOf
    ? `PARTITION OF ${data.partitionOf}${columns.length > 0 ? ` (\n${lines}\n)` : ""} ${data.bound}`
    : `(${columns.length > 0 ? `\n${lines}\n` : ""})`;
  const parts = [
    `CREATE ${data.unlogged ? "UNLOGGED " : ""}TABLE ${name} ${body}`,
    ...(data.inherits.length > 0 ? [`INHERITS (${data.inherits.join(", ")})`] : []),
    ...(data.partitionBy ? [`PARTITION BY ${data.partitionBy}`] : []),
    ...(data.options.length > 0 ? [`WITH (${data.options.join(", ")})`] : []),
  ];
  return [
    parts.join(" "),
    ...(data.rowSecurity ? [`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`] : []),
    ...(data.forced ? [`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`] : []),
  ];
}
