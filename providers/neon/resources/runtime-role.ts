import { type ClientBase, escapeIdentifier, escapeLiteral } from "pg";
import { ConnectionFailed } from "../../../database/connection-failed.ts";
import { connectionTo } from "../../../database/migrations/connection.ts";
import { runtimeGrants } from "../../../database/runtime-grants.ts";
import type { ResourceDefinition } from "../../kit/definition.ts";
import { ProviderError } from "../../kit/errors.ts";
import type { JsonMap } from "../../kit/value.ts";
import { problemsOf, roleName } from "../checks.ts";
import type { NeonClient } from "../client.ts";
import { withCredentials } from "../sdk/with-credentials.ts";

const text = { type: "string" } as const;

/**
 * A Postgres role that may read and write rows, and no more: made by the owner with SQL, since a role made through Neon's API is a member of
 * `neon_superuser`. Source: https://neon.com/docs/manage/database-access
 */
export const runtimeRole: ResourceDefinition<NeonClient> = {
  shape: {
    ownerUri: { ...text, required: true, secret: true },
    name: { ...text, required: true, replace: true },
    password: { ...text, required: true, secret: true },
    extensions: { type: "list", items: text },
    connectionUri: { ...text, output: true, secret: true },
  },
  uniqueBy: ["name"],
  check: (inputs) => problemsOf(inputs, { name: roleName }),
  create: async (inputs, { signal }) => ({ id: String(inputs.name), outputs: await grant(inputs, signal) }),
  update: (inputs, _current, { signal }) => grant(inputs, signal),
  read: ({ id, state }, { signal }) =>
    asOwner(state, signal, async (client) => {
      const { rows } = await client.query(
        `select rolsuper or rolcreatedb or rolcreaterole or rolbypassrls or exists (
           select from pg_auth_members where member = r.oid and roleid = to_regrole('neon_superuser')
         ) or has_schema_privilege(r.oid, 'public', 'create') as too_much, rolcanlogin as may_log_in
         from pg_roles r where rolname = $1`,
        [id],
      );
      const [role] = rows;
      if (role === undefined) return undefined;
      // Shown as a change of the name it has, so that the next `up` sets the privileges again.
      const differs = role.too_much === true || role.may_log_in !== true;
      return { id, outputs: differs ? { ...state, password: "" } : state };
    }),
  delete: ({ id, state }, { signal }) =>
    asOwner(state, signal, async (client) => {
      const { rowCount } = await client.query("select from pg_roles where rolname = $1", [id]);
      if (rowCount === 0) return;
      const role = escapeIdentifier(id);
      // What it owns (nothing, unless somebody gave it something) goes to the owner and is not dropped.
      await client.query(`begin; grant ${role} to current_user with inherit true, set true; reassign owned by ${role} to current_user;
        drop owned by ${role}; drop role ${role}; commit`);
    }),
};

/** Sets everything again, whatever there was: a role that exists already loses what it must not have. */
function grant(inputs: JsonMap, signal: AbortSignal): Promise<JsonMap> {
  const name = String(inputs.name);
  const password = String(inputs.password);
  const role = escapeIdentifier(name);
  return asOwner(inputs, signal, async (client) => {
    const { rowCount } = await client.query("select from pg_roles where rolname = $1", [name]);
    const { rows } = await client.query("select current_database() as database");
    const extensions = Array.isArray(inputs.extensions) ? inputs.extensions.map(String) : [];
    // Created and altered with the attributes of a new role; those that only a superuser may name are the default, and so not named.
    const verb = rowCount === 0 ? "create" : "alter";
    await client.query(
      [
        "begin",
        ...extensions.map((extension) => `create extension if not exists ${escapeIdentifier(extension)}`),
        `${verb} role ${role} login nocreatedb nocreaterole connection limit -1 password ${escapeLiteral(password)}`,
        ...runtimeGrants(name, String(rows[0]?.database)),
        "commit",
      ].join(";\n"),
    );
    return { connectionUri: withCredentials(String(inputs.ownerUri), name, password) };
  });
}

async function asOwner<Result>(
  { ownerUri }: JsonMap,
  signal: AbortSignal,
  work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
  try {
    const client = await connectionTo(String(ownerUri)).open(signal);
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ConnectionFailed) throw new ProviderError(error.message);
    // Postgres' own errors quote no statement in their message, and so no password.
    if (error instanceof Error && "severity" in error) throw new ProviderError(`Postgres refused: ${error.message}`);
    throw error;
  }
}
