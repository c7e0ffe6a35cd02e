import type { Client } from "pg";
import { escapeIdentifier } from "pg";

const ofUsers = `c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)
  AND c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')`;

/** Takes the rows out of a database, with all that was derived from them: what a dump of the schema alone would restore is left. */
export async function removeRows(client: Client): Promise<void> {
  const names = async (kinds: string) => {
    const { rows } = await client.query<{ schema: string; name: string }>(
      `SELECT c.relnamespace::regnamespace::name AS schema, c.relname AS name FROM pg_class c WHERE c.relkind = ANY ($1::"char"[]) AND ${ofUsers}`,
      [kinds],
    );
    return rows.map(({ schema, name }) => `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`);
  };
  // No trigger of the users' shall run.
  await client.query("SET session_replication_role = replica");
  await client.query("BEGIN");
  const tables = await names("{r,p}");
  if (tables.length > 0) await client.query(`TRUNCATE ${tables.join(", ")}`);
  for (const sequence of await names("{S}")) await client.query(`ALTER SEQUENCE ${sequence} RESTART`);
  for (const view of await names("{m}")) await client.query(`REFRESH MATERIALIZED VIEW ${view} WITH NO DATA`);
  await client.query("SELECT lo_unlink(oid) FROM pg_largeobject_metadata");
  // Statistics hold values of rows.
  await client.query("DELETE FROM pg_statistic");
  await client.query("DELETE FROM pg_statistic_ext_data");
  await client.query("COMMIT");
  for (const catalog of ["pg_statistic", "pg_statistic_ext_data", "pg_largeobject"])
    await client.query(`VACUUM FULL pg_catalog.${catalog}`);
}
