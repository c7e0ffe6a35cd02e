import { defineKind } from "../kind.ts";

/** What the description knows only by name: differences are shown and not planned. Each: catalog, column of its schema, condition. */
const catalogs: [catalog: string, schema: string | null, condition: string][] = [
  ["pg_proc", "pronamespace", "prokind = 'a'"],
  ["pg_type", "typnamespace", "typtype = 'r'"],
  ["pg_class", "relnamespace", "relkind = 'f'"],
  ["pg_operator", "oprnamespace", "true"],
  ["pg_opclass", "opcnamespace", "true"],
  ["pg_collation", "collnamespace", "true"],
  ["pg_conversion", "connamespace", "true"],
  ["pg_ts_config", "cfgnamespace", "true"],
  ["pg_ts_dict", "dictnamespace", "true"],
  ["pg_statistic_ext", "stxnamespace", "true"],
  ["pg_rewrite", null, "rulename <> '_RETURN'"],
  ["pg_cast", null, "true"],
  ["pg_language", null, "true"],
  ["pg_event_trigger", null, "true"],
  ["pg_publication", null, "true"],
  ["pg_foreign_data_wrapper", null, "true"],
  ["pg_foreign_server", null, "true"],
];

const queries = catalogs.map(
  ([catalog, schema, condition]) => `select '${catalog}'::regclass as classid, oid from ${catalog}
    where oid >= 16384 and ${condition}${schema === null ? "" : ` and our(${schema})`}`,
);

export const otherKind = defineKind<Record<string, never>>({
  kind: "other",
  query: `select array[classid::text || '/' || oid || '/0'] as keys, i.type || ' ' || i.identity as name, '{}'::json as data
    from (${queries.join(" union all ")}) o, pg_identify_object(o.classid, o.oid, 0) i`,
  create: () => [],
  drop: () => [],
  alter: () => [],
});
