import { defineKind } from "../kind.ts";

interface ViewData {
  definition: string;
  /** e.g. `security_invoker=true`. */
  options: string[];
}

const viewQuery = (
  relkind: string,
) => `select array['pg_class/' || c.oid || '/0', 'pg_type/' || c.reltype || '/0', 'pg_rewrite/' || r.oid || '/0']
      || array(select 'pg_class/' || c.oid || '/' || attnum from pg_attribute where attrelid = c.oid and attnum > 0) as keys,
    format('%I.%I', n.nspname, c.relname) as name,
    json_build_object('definition', rtrim(pg_get_viewdef(c.oid), ';'),
      'options', coalesce(to_json(array(select unnest(c.reloptions) order by 1)), '[]')) as data
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
  where c.relkind = '${relkind}' and our(n.oid)`;

function viewText(kind: string, name: string, { definition, options }: ViewData): string {
  return `CREATE ${kind} ${name}${options.length > 0 ? ` WITH (${options.join(", ")})` : ""} AS\n${definition}`;
}

export const viewKind = defineKind<ViewData>({
  kind: "view",
  query: viewQuery("v"),
  create: ({ name, data }) => [viewText("VIEW", name, data)],
  drop: ({ name }) => [`DROP VIEW ${name}`],
  alter: () => "recreate",
});

export const materializedViewKind = defineKind<ViewData>({
  kind: "materialized view",
  query: viewQuery("m"),
  create: ({ name, data }) => [viewText("MATERIALIZED VIEW", name, data)],
  drop: ({ name }) => [`DROP MATERIALIZED VIEW ${name}`],
  alter: () => "recreate",
});

interface FunctionData {
  /** FUNCTION or PROCEDURE. */
  routine: string;
  definition: string;
  /** What CREATE OR REPLACE cannot change: names and defaults of the arguments, and what it returns. */
  signature: string;
}

export const functionKind = defineKind<FunctionData>({
  kind: "function",
  query: `select array['pg_proc/' || p.oid || '/0'] as keys,
      format('%I.%I(%s)', n.nspname, p.proname, (select string_agg(format_type(t, null), ', ' order by i)
        from unnest(p.proargtypes) with ordinality as u(t, i))) as name,
      json_build_object('routine', case p.prokind when 'p' then 'PROCEDURE' else 'FUNCTION' end,
        'definition', rtrim(pg_get_functiondef(p.oid), E'\\n'),
        'signature', concat_ws(' ', pg_get_function_arguments(p.oid), '->', pg_get_function_result(p.oid))) as data
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prokind in ('f', 'p', 'w') and our(n.oid)`,
  create: ({ data }) => [data.definition],
  drop: ({ name, data }) => [`DROP ${data.routine} ${name}`],
  alter: ({ data: from }, { data: to }) =>
    from.signature === to.signature && from.routine === to.routine ? [to.definition] : "recreate",
  dropsLate: true,
  words: ({ data: from }, { data: to }) =>
    from.signature === to.signature ? "another body" : `${from.signature} becomes ${to.signature}`,
});
