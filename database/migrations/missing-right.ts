import { type Client, DatabaseError } from "pg";
import { MigrationError } from "./problem.ts";
import type { Statement } from "./statements.ts";

/** SQLSTATE insufficient_privilege. */
export const insufficientPrivilege = "42501";

const onTables: Record<string, string> = {
  SelectStmt: "SELECT",
  InsertStmt: "INSERT",
  UpdateStmt: "UPDATE",
  DeleteStmt: "DELETE",
  MergeStmt: "MERGE",
  TruncateStmt: "TRUNCATE",
  CopyStmt: "INSERT",
  CreateTrigStmt: "TRIGGER",
  CreateStmt: "REFERENCES",
  AlterTableStmt: "REFERENCES",
};

/**
 * Which right a refused statement lacked, with the statement that grants it. Postgres names the object and not the right, so that is told from
 * the statement, and for schemas asked for.
 * @param client outside a failed transaction
 */
export async function missingRight(
  client: Client,
  role: string,
  error: DatabaseError,
  statement: Statement | undefined,
): Promise<string> {
  const tag = Object.keys(statement?.node ?? {})[0] ?? "";
  const owner = /^must be owner of (.+)$/.exec(error.message)?.[1];
  if (owner !== undefined)
    return `the role ${role} must own ${owner}; run migrations as its owner, or grant the owner's role to ${role}`;
  const [, kind, name] = /^permission denied for (\S+(?: \S+)*?) (\S+)$/.exec(error.message) ?? [];
  if (kind === undefined || name === undefined) return `the role ${role} lacks a right: ${error.message}`;
  const lacks = (right: string) => {
    const word = kind === "table" || kind === "view" ? "" : `${kind} `;
    return `the role ${role} lacks the right ${right} on ${kind} ${name}; its owner can grant it:\n    grant ${right.toLowerCase()} on ${word}${quoted(name)} to ${quoted(role)};`;
  };
  switch (kind) {
    case "database":
      return lacks("CREATE");
    case "schema": {
      const { rows } = await client.query(
        "select has_schema_privilege(oid, 'USAGE') as usage from pg_namespace where nspname = $1",
        [name],
      );
      return lacks(rows[0]?.usage === true ? "CREATE" : "USAGE");
    }
    case "table":
    case "view":
      return lacks(onTables[tag] ?? "SELECT");
    case "function":
    case "procedure":
      return lacks("EXECUTE");
    default:
      return lacks("USAGE");
  }
}

/** A refusal outside any migration (its record cannot be read or written) with the right that is missing; other errors as they are. */
export async function explained(error: unknown, client: Client, role: string): Promise<unknown> {
  if (!(error instanceof DatabaseError) || error.code !== insufficientPrivilege) return error;
  const right = await missingRight(client, role, error, undefined);
  return new MigrationError(`The record of the migrations (chittyops.migrations) is out of reach: ${right}`);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
