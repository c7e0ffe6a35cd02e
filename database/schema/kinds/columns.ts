import { defineKind } from "../kind.ts";
import type { SchemaObject } from "../schema-object.ts";
import { keepsValues, onlyWidens } from "../type-compatibility.ts";

interface Identity {
  generation: "ALWAYS" | "BY DEFAULT";
  /** Options of the sequence, e.g. `INCREMENT BY 1 …`. */
  options: string;
}

export interface ColumnData {
  table: string;
  column: string;
  type: string;
  /** Only where it is not the type's own. */
  collation: string | null;
  notNull: boolean;
  identity: Identity | null;
  generated: { kind: "STORED" | "VIRTUAL"; expression: string } | null;
}

export const columnKind = defineKind<ColumnData>({
  kind: "column",
  query: `select array['pg_class/' || c.oid || '/' || a.attnum]
        || case when a.attgenerated <> '' then array['pg_attrdef/' || d.oid || '/0'] else '{}' end
        || case when a.attidentity <> '' then array['pg_class/' || i.seqrelid || '/0'] else '{}' end as keys,
      format('%I.%I.%I', n.nspname, c.relname, a.attname) as name,
      json_build_object(
        'table', format('%I.%I', n.nspname, c.relname), 'column', quote_ident(a.attname),
        'type', format_type(a.atttypid, a.atttypmod),
        'collation', case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end,
        'notNull', a.attnotnull and not exists (select from pg_constraint k
          where k.conrelid = c.oid and k.contype = 'n' and not k.convalidated and k.conkey = array[a.attnum]),
        'identity', case when a.attidentity <> '' then json_build_object(
          'generation', case a.attidentity when 'a' then 'ALWAYS' else 'BY DEFAULT' end,
          'options', format('INCREMENT BY %s MINVALUE %s MAXVALUE %s START WITH %s CACHE %s %s', i.seqincrement, i.seqmin, i.seqmax,
            i.seqstart, i.seqcache, case when i.seqcycle then 'CYCLE' else 'NO CYCLE' end)) end,
        'generated', case when a.attgenerated <> '' then json_build_object(
          'kind', case a.attgenerated when 's' then 'STORED' else 'VIRTUAL' end, 'expression', pg_get_expr(d.adbin, d.adrelid)) end
      ) as data
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_type t on t.oid = a.atttypid
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
      left join (pg_depend own join pg_sequence i on i.seqrelid = own.objid) on own.classid = 'pg_class'::regclass
        and own.refclassid = 'pg_class'::regclass and own.refobjid = c.oid and own.refobjsubid = a.attnum and own.deptype = 'i'
    where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and our(n.oid) and (a.attislocal and not c.relispartition)
    order by c.oid, a.attnum`,
  create: (column) => [`ALTER TABLE ${column.data.table} ADD COLUMN ${columnText(column, undefined)}`],
  drop: ({ data }) => [`ALTER TABLE ${data.table} DROP COLUMN ${data.column}`],
  alter: ({ data: from }, { data: to }) => {
    if (!sameGenerated(from, to)) {
      if (from.generated?.kind !== "STORED" || to.generated) return "recreate";
      return alterations({ ...from, generated: null }, to, ["DROP EXPRESSION"]);
    }
    if (to.generated && typeText(from) !== typeText(to)) return "recreate";
    return alterations(from, to, []);
  },
  holdsData: ({ data }) => data.generated === null,
  changeLoses: ({ data: from }, { data: to }) =>
    (from.generated === null && to.generated !== null) ||
    (from.generated?.kind === "VIRTUAL" && to.generated === null) ||
    (from.generated === null && !keepsValues(from.type, to.type)),
  detaches: ({ data: from }, { data: to }) => {
    if (typeText(from) === typeText(to)) return undefined;
    return from.collation === to.collation && onlyWidens(from.type, to.type) ? "readers" : "all";
  },
  dropsLate: true,
  words: ({ data: from }, { data: to }) => `${wordsOf(from)} -> ${wordsOf(to)}`,
});

/** `name type …`, as CREATE TABLE and ADD COLUMN take it. */
export function columnText(object: SchemaObject<ColumnData>, defaultTo: string | undefined): string {
  const { data } = object;
  return [
    `${data.column} ${typeText(data)}`,
    ...(defaultTo === undefined ? [] : [`DEFAULT ${defaultTo}`]),
    ...(data.notNull ? ["NOT NULL"] : []),
    ...(data.identity ? [`GENERATED ${data.identity.generation} AS IDENTITY (${data.identity.options})`] : []),
    ...(data.generated ? [`GENERATED ALWAYS AS (${data.generated.expression}) ${data.generated.kind}`] : []),
  ].join(" ");
}

function typeText({ type, collation }: ColumnData): string {
  return collation === null ? type : `${type} COLLATE ${collation}`;
}

function alterations(from: ColumnData, to: ColumnData, first: string[]): string[] {
  const cast = onlyWidens(from.type, to.type) || from.type === to.type ? "" : ` USING ${to.column}::text::${to.type}`;
  const changes = [
    ...first,
    ...(from.identity && !to.identity ? ["DROP IDENTITY"] : []),
    ...(typeText(from) === typeText(to) ? [] : [`TYPE ${typeText(to)}${cast}`]),
    ...(from.notNull === to.notNull ? [] : [`${to.notNull ? "SET" : "DROP"} NOT NULL`]),
    ...identityChange(from.identity, to.identity),
  ];
  return changes.map((change) => `ALTER TABLE ${to.table} ALTER COLUMN ${to.column} ${change}`);
}

function identityChange(from: Identity | null, to: Identity | null): string[] {
  if (!to || (from && from.generation === to.generation && from.options === to.options)) return [];
  if (!from) return [`ADD GENERATED ${to.generation} AS IDENTITY (${to.options})`];
  const options = to.options.replaceAll(/INCREMENT|MINVALUE|MAXVALUE|START|CACHE|NO CYCLE|(?<!NO )CYCLE/g, "SET $&");
  return [`SET GENERATED ${to.generation} ${options}`];
}

function sameGenerated({ generated: from }: ColumnData, { generated: to }: ColumnData): boolean {
  return from?.kind === to?.kind && from?.expression === to?.expression;
}

function wordsOf(data: ColumnData): string {
  const kind = data.generated ? ` generated as ${data.generated.expression}` : data.identity ? " identity" : "";
  return `${typeText(data)}${data.notNull ? " not null" : ""}${kind}`;
}

interface DefaultData {
  table: string;
  column: string;
  expression: string;
}

/** A column's default is an object of its own: it may need a function or a sequence that is made after the table. */
export const defaultKind = defineKind<DefaultData>({
  kind: "default",
  query: `select array['pg_attrdef/' || d.oid || '/0'] as keys, format('%I.%I.%I', n.nspname, c.relname, a.attname) as name,
      json_build_object('table', format('%I.%I', n.nspname, c.relname), 'column', quote_ident(a.attname),
        'expression', pg_get_expr(d.adbin, d.adrelid)) as data
    from pg_attrdef d join pg_class c on c.oid = d.adrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum = d.adnum
    where c.relkind in ('r', 'p') and a.attgenerated = '' and our(n.oid) and (a.attislocal and not c.relispartition)`,
  create: ({ data }) => [`ALTER TABLE ${data.table} ALTER COLUMN ${data.column} SET DEFAULT ${data.expression}`],
  drop: ({ data }) => [`ALTER TABLE ${data.table} ALTER COLUMN ${data.column} DROP DEFAULT`],
  alter: (_, { data }) => [`ALTER TABLE ${data.table} ALTER COLUMN ${data.column} SET DEFAULT ${data.expression}`],
  words: ({ data: from }, { data: to }) => `${from.expression} -> ${to.expression}`,
});
