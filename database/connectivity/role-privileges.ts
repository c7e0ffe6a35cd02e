import type { Client } from "pg";

/** What the role of a session may do in its database. Lists are sorted. */
export interface RolePrivileges {
  role: string;
  database: string;
  superuser: boolean;
  createRole: boolean;
  createDatabase: boolean;
  bypassRowSecurity: boolean;
  /** Roles whose rights it has, without itself. */
  memberOf: readonly string[];
  /** Whether it may create schemas. */
  createsSchemas: boolean;
  /** Schemas in which it may create tables. */
  createsIn: readonly string[];
  /** Tables, as `schema.table`, that it may change or drop since it, or a role whose rights it has, owns them. */
  owns: readonly string[];
  /** Of all tables of the database's own schemas. */
  tables: { total: number; select: number; insert: number; update: number; delete: number };
}

const ownSchemas = "nspname not like 'pg\\_%' and nspname <> 'information_schema'";

export async function askPrivileges(client: Client): Promise<RolePrivileges> {
  const { rows: roles } = await client.query<Omit<RolePrivileges, "tables" | "owns">>(`
    select rolname as role, current_database() as database, rolsuper as superuser, rolcreaterole as "createRole", rolcreatedb as "createDatabase",
      rolbypassrls as "bypassRowSecurity",
      array(select other.rolname::text from pg_roles other
        where other.oid <> me.oid and not me.rolsuper and pg_has_role(me.oid, other.oid, 'usage') order by 1) as "memberOf",
      has_database_privilege(current_database(), 'create') as "createsSchemas",
      array(select nspname::text from pg_namespace
        where ${ownSchemas} and has_schema_privilege(oid, 'create') order by 1) as "createsIn"
    from pg_roles me where rolname = current_user`);
  const { rows: tables } = await client.query<RolePrivileges["tables"] & Pick<RolePrivileges, "owns">>(`
    with tables as (
      select c.oid, format('%I.%I', nspname, relname) as name, relowner from pg_class c join pg_namespace n on n.oid = relnamespace
      where relkind in ('r', 'p') and ${ownSchemas})
    select count(*)::int as total, (count(*) filter (where has_table_privilege(oid, 'select')))::int as select,
      (count(*) filter (where has_table_privilege(oid, 'insert')))::int as insert,
      (count(*) filter (where has_table_privilege(oid, 'update')))::int as update,
      (count(*) filter (where has_table_privilege(oid, 'delete')))::int as delete,
      coalesce(array_agg(name order by name) filter (where pg_has_role(relowner, 'usage')), '{}') as owns
    from tables`);
  const [role] = roles;
  const [found] = tables;
  if (!role || !found) throw new Error("the server gave no row");
  const { owns, ...counts } = found;
  return { ...role, owns, tables: counts };
}
