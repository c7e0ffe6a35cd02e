import type { ClientBase, QueryResult } from "pg";
import type { CatalogRow } from "./kind.ts";
import { kinds } from "./kinds/index.ts";
import { idOf, type SchemaDescription, type SchemaObject } from "./schema-object.ts";

/** Schemas that are the runners' own business, not the service's. */
const bookkeeping = ["chittyops", "drizzle"];

export interface DescribeOptions {
  /** Roles whose privileges somebody else looks after; grants to them are left out. */
  rolesManagedElsewhere?: readonly string[];
}

/**
 * The whole schema of a database as one value that depends neither on object ids nor on the order of creation, in one round trip.
 * Left out: system schemas, `chittyops`, `drizzle`, what belongs to extensions, owners, and what pg_dump calls storage details.
 * Works inside a transaction as well and leaves its search_path as it is.
 */
export async function describeSchema(
  client: Pick<ClientBase, "query">,
  { rolesManagedElsewhere = [] }: DescribeOptions = {},
): Promise<SchemaDescription> {
  const [members, dependencies, ...rows] = await catalogRows(client);
  const owner = new Map((members?.rows ?? []).map(({ member, extension }) => [`${member}`, `${extension}`]));
  const read = kinds.flatMap(({ kind }, index) =>
    (rows[index]?.rows ?? []).map((row: CatalogRow<SchemaObject["data"]>) => ({
      kind,
      ...row,
      needs: new Set<string>(),
    })),
  );
  const ours = read.filter(({ keys }) => !owner.has(tableKey(keys[0] ?? "")));
  const byKey = new Map(ours.flatMap((object) => object.keys.map((key) => [key, object])));
  const find = (key: string) => {
    const member = owner.get(tableKey(key));
    return byKey.get(member ?? key) ?? byKey.get(tableKey(key));
  };
  for (const { dependent, needed } of dependencies?.rows ?? []) {
    const [from, to] = [find(dependent), find(needed)];
    // A sequence that goes with a column does not need it: the column's default needs the sequence.
    const owned = from?.kind === "sequence" && to?.kind === "column";
    if (from && to && from !== to && !owned) from.needs.add(idOf(to));
  }
  const complete = ours.flatMap((object) => {
    const { table, sequence, column } = object.data;
    if (object.kind === "column") object.needs.add(`table ${table}`);
    if (object.kind === "ownership") object.needs.add(`sequence ${sequence}`).add(`column ${column}`);
    if (object.kind !== "comment" && object.kind !== "grant") return [object];
    const target = find(object.name);
    if (!target || target.kind === "extension" || target.kind === "other") return [];
    if (rolesManagedElsewhere.includes(unquoted(`${object.data.role}`))) return [];
    object.needs.add(idOf(target));
    return [{ ...object, ...attachedTo(object, target) }];
  });
  settleGrants(complete);
  settleForeignKeys(complete);
  return { objects: Object.fromEntries(inOrder(complete).map((object) => [idOf(object), finished(object)])) };
}

/** One text of statements, so that the local search_path also holds where the session is somebody else's the next moment. */
async function catalogRows(client: Pick<ClientBase, "query">): Promise<QueryResult[]> {
  const hidden = bookkeeping.map((name) => `'${name}'`).join(", ");
  const ours = `$1 not in (select oid from pg_catalog.pg_namespace where nspname in ('information_schema', ${hidden}) or nspname like 'pg\\_%')`;
  const statements = [
    "select set_config('chittyops.search_path', current_setting('search_path'), true), set_config('search_path', '', true)",
    `select classid::regclass::text || '/' || objid || '/' || objsubid as member, 'pg_extension/' || refobjid || '/0' as extension
      from pg_depend where deptype = 'e'`,
    `select classid::regclass::text || '/' || objid || '/' || objsubid as dependent,
      refclassid::regclass::text || '/' || refobjid || '/' || refobjsubid as needed
      from pg_depend where objid >= 16384 and deptype <> 'e'`,
    ...kinds.map(({ query }) => query.replace(/\bour\(([\w.]+)\)/g, ours)),
    "select set_config('search_path', current_setting('chittyops.search_path'), true)",
  ];
  const results: unknown = await client.query(statements.join(";\n"));
  if (!Array.isArray(results)) throw new Error("Several statements were sent and one result came back.");
  return results.slice(1, -1);
}

function tableKey(key: string): string {
  return key.replace(/\/\d+$/, "/0");
}

interface ReadObject extends CatalogRow<SchemaObject["data"]> {
  kind: string;
  needs: Set<string>;
}

const inSql: Record<string, string> = { enum: "TYPE", composite: "TYPE", function: "ROUTINE" };

/** A comment or grant by the object it is on, which the catalog gives only as a number. */
function attachedTo({ kind, data }: ReadObject, target: ReadObject): { name: string; data: SchemaObject["data"] } {
  // The columns of a view are no objects of their own.
  const column = data.column && target.kind !== "column" ? `${data.column}` : undefined;
  const of = column === undefined ? idOf(target) : `column ${target.name}.${column}`;
  if (kind === "grant") return { name: `on ${of} to ${data.role}`, data };
  const part = target.data.constraint ?? target.data.trigger ?? target.data.policy;
  const named = part === undefined ? target.name : `${part} ON ${target.data.table}`;
  const sql = `${inSql[target.kind] ?? target.kind.toUpperCase()} ${named}`;
  return { name: `on ${of}`, data: { ...data, on: column === undefined ? sql : `COLUMN ${target.name}.${column}` } };
}

/** What is revoked on a table is revoked on its columns too, so a column's grant comes after the table's. */
function settleGrants(objects: readonly ReadObject[]): void {
  const grants = objects.filter(({ kind }) => kind === "grant");
  const onTables = new Map(grants.map((grant) => [`${grant.data.on} ${grant.data.role} ${grant.data.column}`, grant]));
  for (const { data, needs } of grants.filter((grant) => grant.data.column)) {
    const onTable = onTables.get(`${data.on} ${data.role} null`);
    if (onTable) needs.add(idOf(onTable));
  }
}

/** Of several fitting keys Postgres picks one for a foreign key, which one depends on their age: here it needs them all. */
function settleForeignKeys(objects: readonly ReadObject[]): void {
  const keys = objects.flatMap((object) => {
    const columns = [...object.needs].filter((id) => id.startsWith("column "));
    return /^(PRIMARY KEY|UNIQUE|CREATE UNIQUE INDEX) /.test(`${object.data.definition}`)
      ? [{ id: idOf(object), columns }]
      : [];
  });
  for (const { data, needs } of objects) {
    if (!`${data.definition}`.startsWith("FOREIGN KEY ")) continue;
    for (const id of [...needs].filter((need) => /^(constraint|index) /.test(need))) needs.delete(id);
    const fitting = keys.filter(({ columns }) => columns.length > 0 && columns.every((column) => needs.has(column)));
    for (const { id } of fitting) needs.add(id);
  }
}

function inOrder(objects: ReadObject[]): ReadObject[] {
  const keyed = objects.map((object) => {
    const column = object.kind === "column";
    return { object, group: `${object.kind} ${column ? object.data.table : object.name}` };
  });
  return keyed.sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0)).map(({ object }) => object);
}

function finished({ kind, name, data, needs }: ReadObject): SchemaObject {
  return { kind, name, needs: [...needs].toSorted(), data };
}

function unquoted(role: string): string {
  return role.startsWith('"') ? role.slice(1, -1).replaceAll('""', '"') : role;
}
