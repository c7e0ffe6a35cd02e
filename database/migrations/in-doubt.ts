import { type Client, escapeIdentifier } from "pg";
import type { Statement } from "./statements.ts";

/**
 * Whether a statement happened whose runner died before it heard so. Told from the catalog for indexes made or dropped concurrently, which is
 * what runs outside a transaction most; `unknown` for what only its author can tell.
 */
export async function happened(client: Client, { node }: Statement): Promise<"yes" | "no" | "unknown"> {
  if ("VacuumStmt" in node || "ReindexStmt" in node || "RefreshMatViewStmt" in node) return "no";
  if ("IndexStmt" in node && node.IndexStmt.idxname !== undefined) {
    const { idxname, relation } = node.IndexStmt;
    const index = await findIndex(client, idxname, relation?.schemaname, relation?.relname);
    return index?.valid === true ? "yes" : "no";
  }
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_INDEX" && node.DropStmt.objects?.length === 1) {
    const [object] = node.DropStmt.objects;
    const path = object && "List" in object ? (object.List.items ?? []) : [];
    const names = path.flatMap((item) =>
      "String" in item && item.String.sval !== undefined ? [item.String.sval] : [],
    );
    const { rows } = await client.query("select to_regclass($1) is null as gone", [
      names.map((name) => escapeIdentifier(name)).join("."),
    ]);
    return rows[0]?.gone === true ? "yes" : "no";
  }
  return "unknown";
}

/**
 * Clears away what a failed CREATE INDEX CONCURRENTLY leaves: an invalid index, which costs every write, serves no read, and is in the way of
 * the next try.
 */
export async function clearRemains(client: Client, { node }: Statement): Promise<void> {
  if (!("IndexStmt" in node) || node.IndexStmt.concurrent !== true || node.IndexStmt.idxname === undefined) return;
  const { idxname, relation } = node.IndexStmt;
  const index = await findIndex(client, idxname, relation?.schemaname, relation?.relname);
  if (index?.valid === false)
    await client.query(`drop index concurrently ${escapeIdentifier(index.schema)}.${escapeIdentifier(idxname)}`);
}

/** The index of that name on that table; one on another table is none of ours. */
async function findIndex(
  client: Client,
  name: string,
  schema: string | undefined,
  table = "",
): Promise<{ schema: string; valid: boolean } | undefined> {
  const { rows } = await client.query(
    `select n.nspname as schema, x.indisvalid as valid
     from pg_index x join pg_class i on i.oid = x.indexrelid join pg_namespace n on n.oid = i.relnamespace
     where i.relname = $1 and x.indrelid = to_regclass($2)`,
    [name, [...(schema === undefined ? [] : [schema]), table].map((part) => escapeIdentifier(part)).join(".")],
  );
  const row = rows[0];
  return row === undefined ? undefined : { schema: String(row.schema), valid: row.valid === true };
}
