import { defineKind } from "../kind.ts";

interface ConstraintData {
  table: string;
  constraint: string;
  definition: string;
}

export const constraintKind = defineKind<ConstraintData>({
  kind: "constraint",
  query: `select array['pg_constraint/' || k.oid || '/0']
        || case when k.contype in ('p', 'u', 'x') then array['pg_class/' || k.conindid || '/0'] else '{}' end as keys,
      format('%I on %I.%I', k.conname, n.nspname, c.relname) as name,
      json_build_object('table', format('%I.%I', n.nspname, c.relname), 'constraint', quote_ident(k.conname),
        'definition', pg_get_constraintdef(k.oid)) as data
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and our(n.oid) and k.contype in ('c', 'f', 'p', 'u', 'x', 'n') and k.conparentid = 0 and k.conislocal
      and not (k.contype = 'n' and k.convalidated)`,
  create: ({ data }) => [`ALTER TABLE ${data.table} ADD CONSTRAINT ${data.constraint} ${data.definition}`],
  drop: ({ data }) => [`ALTER TABLE ${data.table} DROP CONSTRAINT ${data.constraint}`],
  alter: ({ data: from }, { data: to }) =>
    from.definition === `${to.definition} NOT VALID`
      ? [`ALTER TABLE ${to.table} VALIDATE CONSTRAINT ${to.constraint}`]
      : "recreate",
  words: ({ data: from }, { data: to }) => `${from.definition} -> ${to.definition}`,
});

interface IndexData {
  /** The table or materialised view. */
  table: string;
  definition: string;
  /** False for what a failed CREATE INDEX CONCURRENTLY left. */
  valid: boolean;
}

export const indexKind = defineKind<IndexData>({
  kind: "index",
  query: `select array['pg_class/' || c.oid || '/0'] as keys, format('%I.%I', n.nspname, c.relname) as name,
      json_build_object('table', format('%I.%I', n.nspname, t.relname), 'definition', case t.relkind when 'p' then replace(pg_get_indexdef(c.oid), ' ON ONLY ', ' ON ') else pg_get_indexdef(c.oid) end, 'valid', i.indisvalid) as data
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_class t on t.oid = i.indrelid
    where t.relkind in ('r', 'p', 'm') and our(n.oid) and not exists (select from pg_inherits where inhrelid = c.oid)
      and not exists (select from pg_constraint where conindid = c.oid and contype in ('p', 'u', 'x'))`,
  create: ({ data }) => [data.definition],
  drop: ({ name }) => [`DROP INDEX ${name}`],
  alter: () => "recreate",
  words: ({ data: from }, { data: to }) =>
    from.definition === to.definition
      ? `valid: ${from.valid} -> ${to.valid}`
      : `${from.definition} -> ${to.definition}`,
});

interface TriggerData {
  table: string;
  trigger: string;
  definition: string;
  enabled: "ENABLE" | "DISABLE" | "ENABLE REPLICA" | "ENABLE ALWAYS";
}

export const triggerKind = defineKind<TriggerData>({
  kind: "trigger",
  query: `select array['pg_trigger/' || g.oid || '/0'] as keys, format('%I on %I.%I', g.tgname, n.nspname, c.relname) as name,
      json_build_object('table', format('%I.%I', n.nspname, c.relname), 'trigger', quote_ident(g.tgname),
        'definition', pg_get_triggerdef(g.oid),
        'enabled', case g.tgenabled when 'D' then 'DISABLE' when 'R' then 'ENABLE REPLICA' when 'A' then 'ENABLE ALWAYS' else 'ENABLE' end
      ) as data
    from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not g.tgisinternal and g.tgparentid = 0 and our(n.oid)`,
  create: ({ data }) => [data.definition, ...(data.enabled === "ENABLE" ? [] : [enabling(data)])],
  drop: ({ data }) => [`DROP TRIGGER ${data.trigger} ON ${data.table}`],
  alter: ({ data: from }, { data: to }) => (from.definition === to.definition ? [enabling(to)] : "recreate"),
});

function enabling({ table, trigger, enabled }: TriggerData): string {
  return `ALTER TABLE ${table} ${enabled} TRIGGER ${trigger}`;
}

interface PolicyData {
  table: string;
  policy: string;
  /** What follows the name and table in CREATE POLICY. */
  definition: string;
}

export const policyKind = defineKind<PolicyData>({
  kind: "policy",
  query: `select array['pg_policy/' || p.oid || '/0'] as keys, format('%I on %I.%I', p.polname, n.nspname, c.relname) as name,
      json_build_object('table', format('%I.%I', n.nspname, c.relname), 'policy', quote_ident(p.polname),
        'definition', concat_ws(' ',
          'AS', case when p.polpermissive then 'PERMISSIVE' else 'RESTRICTIVE' end,
          'FOR', case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' when 'd' then 'DELETE' else 'ALL' end,
          'TO', (select string_agg(case when r = 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(r)) end, ', ' order by pg_get_userbyid(r))
            from unnest(p.polroles) r),
          'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
          'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
      ) as data
    from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where our(n.oid)`,
  create: ({ data }) => [`CREATE POLICY ${data.policy} ON ${data.table} ${data.definition}`],
  drop: ({ data }) => [`DROP POLICY ${data.policy} ON ${data.table}`],
  alter: () => "recreate",
  words: ({ data: from }, { data: to }) => `${from.definition} -> ${to.definition}`,
});
