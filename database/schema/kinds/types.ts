import { defineKind } from "../kind.ts";
import { literal } from "../literal.ts";

interface EnumData {
  labels: string[];
}

export const enumKind = defineKind<EnumData>({
  kind: "enum",
  query: `select array['pg_type/' || t.oid || '/0', 'pg_type/' || t.typarray || '/0'] as keys,
      format('%I.%I', n.nspname, t.typname) as name,
      json_build_object('labels', (select json_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = t.oid)) as data
    from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'e' and our(n.oid)`,
  create: ({ name, data }) => [`CREATE TYPE ${name} AS ENUM (${(data.labels ?? []).map(literal).join(", ")})`],
  drop: ({ name }) => [`DROP TYPE ${name}`],
  alter: ({ data: from }, { name, data: to }) => {
    const old = from.labels ?? [];
    const kept = (to.labels ?? []).filter((label) => old.includes(label));
    if (kept.join("\0") !== old.join("\0"))
      return { unsupported: "Postgres neither removes nor reorders the values of an enum" };
    return addedLabels(old, to.labels ?? []).map((clause) => `ALTER TYPE ${name} ADD VALUE ${clause}`);
  },
  dropsLate: true,
  words: ({ data: from }, { data: to }) => `${from.labels?.join(", ")} -> ${to.labels?.join(", ")}`,
});

/** Each new label with its place, given that those before it have been added. */
function addedLabels(old: readonly string[], wanted: readonly string[]): string[] {
  return wanted.flatMap((label, index) => {
    if (old.includes(label)) return [];
    const before = wanted[index - 1];
    const after = old[0];
    if (before !== undefined) return [`${literal(label)} AFTER ${literal(before)}`];
    return [after === undefined ? literal(label) : `${literal(label)} BEFORE ${literal(after)}`];
  });
}

interface DomainData {
  base: string;
  default: string | null;
  notNull: boolean;
  checks: Record<string, string>;
}

export const domainKind = defineKind<DomainData>({
  kind: "domain",
  query: `select array['pg_type/' || t.oid || '/0', 'pg_type/' || t.typarray || '/0']
        || array(select 'pg_constraint/' || oid || '/0' from pg_constraint where contypid = t.oid) as keys,
      format('%I.%I', n.nspname, t.typname) as name,
      json_build_object(
        'base', format_type(t.typbasetype, t.typtypmod)
          || case when t.typcollation <> b.typcollation then ' COLLATE ' || t.typcollation::regcollation else '' end,
        'default', t.typdefault, 'notNull', t.typnotnull,
        'checks', coalesce((select json_object_agg(quote_ident(conname), pg_get_constraintdef(oid) order by conname)
          from pg_constraint where contypid = t.oid and contype = 'c'), '{}')
      ) as data
    from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_type b on b.oid = t.typbasetype
    where t.typtype = 'd' and our(n.oid)`,
  create: ({ name, data }) => [
    [
      `CREATE DOMAIN ${name} AS ${data.base}`,
      ...(data.default === null ? [] : [`DEFAULT ${data.default}`]),
      ...(data.notNull ? ["NOT NULL"] : []),
    ].join(" "),
    ...Object.entries(data.checks).map(([check, text]) => `ALTER DOMAIN ${name} ADD CONSTRAINT ${check} ${text}`),
  ],
  drop: ({ name }) => [`DROP DOMAIN ${name}`],
  alter: ({ data: from }, { name, data: to }) => {
    if (from.base !== to.base) return { unsupported: `a domain over ${from.base} cannot become one over ${to.base}` };
    const changed = Object.entries(to.checks).filter(([check, text]) => from.checks[check] !== text);
    const gone = Object.entries(from.checks).filter(([check, text]) => to.checks[check] !== text);
    return [
      ...gone.map(([check]) => `ALTER DOMAIN ${name} DROP CONSTRAINT ${check}`),
      ...changed.map(([check, text]) => `ALTER DOMAIN ${name} ADD CONSTRAINT ${check} ${text}`),
      ...(from.default === to.default
        ? []
        : [`ALTER DOMAIN ${name} ${to.default === null ? "DROP DEFAULT" : `SET DEFAULT ${to.default}`}`]),
      ...(from.notNull === to.notNull ? [] : [`ALTER DOMAIN ${name} ${to.notNull ? "SET" : "DROP"} NOT NULL`]),
    ];
  },
  dropsLate: true,
});

interface CompositeData {
  attributes: { name: string; type: string }[];
}

export const compositeKind = defineKind<CompositeData>({
  kind: "composite",
  query: `select array['pg_type/' || t.oid || '/0', 'pg_type/' || t.typarray || '/0', 'pg_class/' || c.oid || '/0']
        || array(select 'pg_class/' || c.oid || '/' || attnum from pg_attribute where attrelid = c.oid and attnum > 0) as keys,
      format('%I.%I', n.nspname, t.typname) as name,
      json_build_object('attributes', coalesce((
        select json_agg(json_build_object('name', quote_ident(attname), 'type', format_type(atttypid, atttypmod)) order by attnum)
        from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
      ), '[]')) as data
    from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c' join pg_namespace n on n.oid = t.typnamespace
    where our(n.oid)`,
  create: ({ name, data }) => [
    `CREATE TYPE ${name} AS (${data.attributes.map((attribute) => `${attribute.name} ${attribute.type}`).join(", ")})`,
  ],
  drop: ({ name }) => [`DROP TYPE ${name}`],
  alter: () => "recreate",
  dropsLate: true,
});
