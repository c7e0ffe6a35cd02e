import { type Client, escapeIdentifier, escapeLiteral } from "pg";
import { superuser } from "./server.ts";

/** As Neon makes roles: everything but a superuser. Called again, it only sets the password. @param role `verifier`: `scramVerifier` of the password */
export async function createRole(client: Client, role: { name: string; verifier: string }): Promise<void> {
  const rights = "LOGIN INHERIT CREATEDB CREATEROLE BYPASSRLS REPLICATION IN ROLE neon_superuser";
  if (!(await exists(client, "pg_roles", "rolname", role.name)))
    await client.query(`CREATE ROLE ${escapeIdentifier(role.name)} ${rights}`);
  await setPassword(client, role);
}

export async function setPassword(client: Client, role: { name: string; verifier: string }): Promise<void> {
  await client.query(`ALTER ROLE ${escapeIdentifier(role.name)} PASSWORD ${escapeLiteral(role.verifier)}`);
}

/** What the role owned belongs to the owner of its database from then on. @param within runs something in a database. */
export async function deleteRole(
  client: Client,
  name: string,
  within: (database: string, work: (client: Client) => Promise<void>) => Promise<void>,
): Promise<void> {
  if (!(await exists(client, "pg_roles", "rolname", name))) return;
  const role = escapeIdentifier(name);
  const { rows } = await client.query<{ name: string; owner: string }>(
    "SELECT datname AS name, pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datallowconn AND NOT datistemplate",
  );
  for (const database of rows) {
    const heir = database.owner === name ? superuser : database.owner;
    await within(database.name, async (inside) => {
      await inside.query(`REASSIGN OWNED BY ${role} TO ${escapeIdentifier(heir)}`);
      await inside.query(`DROP OWNED BY ${role}`);
    });
  }
  await client.query(`DROP ROLE IF EXISTS ${role}`);
}

export async function createDatabase(client: Client, database: { name: string; owner: string }): Promise<void> {
  const [name, owner] = [escapeIdentifier(database.name), escapeIdentifier(database.owner)];
  if (await exists(client, "pg_database", "datname", database.name))
    await client.query(`ALTER DATABASE ${name} OWNER TO ${owner}`);
  else await client.query(`CREATE DATABASE ${name} OWNER ${owner}`);
}

export async function updateDatabase(
  client: Client,
  name: string,
  change: { name?: string; owner?: string },
): Promise<void> {
  if (change.owner !== undefined)
    await client.query(`ALTER DATABASE ${escapeIdentifier(name)} OWNER TO ${escapeIdentifier(change.owner)}`);
  if (change.name === undefined || change.name === name) return;
  // It cannot be renamed under a session.
  await client.query(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
    [name],
  );
  await client.query(`ALTER DATABASE ${escapeIdentifier(name)} RENAME TO ${escapeIdentifier(change.name)}`);
}

export async function deleteDatabase(client: Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
}

async function exists(client: Client, catalog: string, column: string, name: string): Promise<boolean> {
  const { rowCount } = await client.query(`SELECT FROM ${catalog} WHERE ${column} = $1`, [name]);
  return rowCount !== 0;
}
