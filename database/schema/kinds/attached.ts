import { defineKind } from "../kind.ts";
import { literal } from "../literal.ts";

interface CommentData {
  /** As COMMENT ON names the object, e.g. `COLUMN public.ledger.amount`. */
  on: string;
  column: string | null;
  text: string;
}

/** `name` and `on` are completed by describeSchema, which knows the object: a catalog address comes in their place. */
export const commentKind = defineKind<CommentData>({
  kind: "comment",
  query: `select array['comment/' || classoid || '/' || objoid || '/' || objsubid] as keys,
      classoid::regclass || '/' || objoid || '/' || objsubid as name,
      json_build_object('text', description, 'column', quote_ident(attname)) as data
    from pg_description left join pg_attribute on classoid = 'pg_class'::regclass and attrelid = objoid and attnum = objsubid and attnum > 0
    where objoid >= 16384 or classoid = 'pg_namespace'::regclass`,
  create: ({ data }) => [`COMMENT ON ${data.on} IS ${literal(data.text)}`],
  drop: ({ data }) => [`COMMENT ON ${data.on} IS NULL`],
  alter: (_, { data }) => [`COMMENT ON ${data.on} IS ${literal(data.text)}`],
});

interface GrantData {
  /** As GRANT names the object, e.g. `TABLE public.ledger`. */
  on: string;
  /** Set for a grant on one column. */
  column: string | null;
  role: string;
  /** e.g. `SELECT`, `UPDATE*`; the star is the grant option. */
  privileges: string[];
  /** What a new object of the kind has for this role. */
  initial: string[];
}

/** What a role may do with an object, where that differs from what a new object allows; owners are left out. */
export const grantKind = defineKind<GrantData>({
  kind: "grant",
  query: `with acls (key, owner, kind, acl, label, on_column) as (
      select 'pg_class/' || c.oid || '/0', c.relowner, case c.relkind when 'S' then 's' else 'r' end, c.relacl,
        case c.relkind when 'S' then 'SEQUENCE ' else 'TABLE ' end || format('%I.%I', n.nspname, c.relname), ''
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'v', 'm', 'S') and our(n.oid)
      union all
      select 'pg_class/' || c.oid || '/' || a.attnum, c.relowner, 'c', a.attacl, 'TABLE ' || format('%I.%I', n.nspname, c.relname), quote_ident(a.attname)
      from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where a.attacl is not null and not a.attisdropped and our(n.oid)
      union all
      select 'pg_proc/' || p.oid || '/0', p.proowner, 'f', p.proacl, 'ROUTINE ' || format('%I.%I(%s)', n.nspname, p.proname,
        (select string_agg(format_type(t, null), ', ' order by i) from unnest(p.proargtypes) with ordinality as u(t, i))), ''
      from pg_proc p join pg_namespace n on n.oid = p.pronamespace where our(n.oid)
      union all
      select 'pg_type/' || t.oid || '/0', t.typowner, 'T', t.typacl, 'TYPE ' || format('%I.%I', n.nspname, t.typname), ''
      from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype in ('e', 'd', 'c') and t.typacl is not null and our(n.oid)
      union all
      select 'pg_namespace/' || oid || '/0', nspowner, 'n', nspacl, 'SCHEMA ' || quote_ident(nspname), ''
      from pg_namespace where our(oid)
    ), given as (
      select key, label, on_column, grantee, array_agg(privilege_type || case when is_grantable then '*' else '' end order by privilege_type) as has
      from acls, aclexplode(coalesce(acl, acldefault(kind::"char", owner))) where grantee <> owner group by 1, 2, 3, 4
    ), initial as (
      select key, label, on_column, grantee, array_agg(privilege_type order by privilege_type) as has
      from acls, aclexplode(acldefault(kind::"char", owner)) where grantee <> owner group by 1, 2, 3, 4
    )
    select array['grant/' || key || coalesce(g.grantee, i.grantee)] as keys, key as name, json_build_object(
      'on', label, 'column', nullif(on_column, ''),
      'role', case coalesce(g.grantee, i.grantee) when 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(coalesce(g.grantee, i.grantee))) end,
      'privileges', coalesce(to_json(g.has), '[]'), 'initial', coalesce(to_json(i.has), '[]')) as data
    from given g full join initial i using (key, label, on_column, grantee)
    where g.has is distinct from i.has`,
  create: ({ data }) => grantStatements(data, data.initial, data.privileges),
  drop: ({ data }) => grantStatements(data, data.privileges, data.initial),
  alter: ({ data: from }, { data: to }) => grantStatements(to, from.privileges, to.privileges),
  // To revoke something on a table revokes it on the table's columns, which their own grants then give back.
  detaches: () => "all",
  words: ({ data: from }, { data: to }) => `${from.privileges.join(", ")} -> ${to.privileges.join(", ")}`,
});

function grantStatements({ on, column, role }: GrantData, from: string[], to: string[]): string[] {
  const list = (privileges: string[]) =>
    privileges.map((privilege) => `${privilege.replace("*", "")}${column === null ? "" : ` (${column})`}`).join(", ");
  const gone = from.filter((privilege) => !to.includes(privilege));
  const fresh = to.filter((privilege) => !from.includes(privilege));
  const plain = fresh.filter((privilege) => !privilege.endsWith("*"));
  const passedOn = fresh.filter((privilege) => privilege.endsWith("*"));
  return [
    ...(gone.length > 0 ? [`REVOKE ${list(gone)} ON ${on} FROM ${role}`] : []),
    ...(plain.length > 0 ? [`GRANT ${list(plain)} ON ${on} TO ${role}`] : []),
    ...(passedOn.length > 0 ? [`GRANT ${list(passedOn)} ON ${on} TO ${role} WITH GRANT OPTION`] : []),
  ];
}

interface DefaultPrivilegesData {
  /** Between ALTER DEFAULT PRIVILEGES and GRANT. */
  scope: string;
  objects: string;
  role: string;
  privileges: string[];
}

/** What new objects allow from the start. */
export const defaultPrivilegesKind = defineKind<DefaultPrivilegesData>({
  kind: "default privileges",
  query: `select array['pg_default_acl/' || d.oid || '/' || x.grantee] as keys,
      concat_ws(' ', nullif(who.scope, ''), what.objects, 'to', whom.role) as name,
      json_build_object('scope', who.scope, 'objects', what.objects, 'role', whom.role, 'privileges',
        json_agg(x.privilege_type || case when x.is_grantable then '*' else '' end order by x.privilege_type)) as data
    from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) x,
      lateral (select concat_ws(' ', case when pg_get_userbyid(d.defaclrole) <> current_user then 'FOR ROLE ' || quote_ident(pg_get_userbyid(d.defaclrole)) end,
        'IN SCHEMA ' || quote_ident(n.nspname)) as scope) who,
      lateral (select case d.defaclobjtype when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'ROUTINES' when 'T' then 'TYPES' else 'SCHEMAS' end as objects) what,
      lateral (select case x.grantee when 0 then 'PUBLIC' else quote_ident(pg_get_userbyid(x.grantee)) end as role) whom
    where x.grantee <> d.defaclrole and (n.oid is null or our(n.oid)) and not (d.defaclnamespace = 0 and x.grantee = 0)
    group by d.oid, x.grantee, who.scope, what.objects, whom.role`,
  create: ({ data }) => [change(data, "GRANT", "TO")],
  drop: ({ data }) => [change({ ...data, privileges: ["ALL"] }, "REVOKE", "FROM")],
  alter: () => "recreate",
});

function change(
  { scope, objects, role, privileges }: DefaultPrivilegesData,
  verb: string,
  preposition: string,
): string {
  const plain = privileges.map((privilege) => privilege.replace("*", "")).join(", ");
  const option =
    verb === "GRANT" && privileges.some((privilege) => privilege.endsWith("*")) ? " WITH GRANT OPTION" : "";
  return `ALTER DEFAULT PRIVILEGES ${scope} ${verb} ${plain} ON ${objects} ${preposition} ${role}${option}`;
}
