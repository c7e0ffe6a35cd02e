import { escapeIdentifier } from "pg";

/**
 * Statements, to be run by the owner, that let the role of a running service read and write rows in `public`, and no more: also of what is
 * made later. Repeatable. The connection to the database is taken from everybody else.
 */
export function runtimeGrants(role: string, database: string): string[] {
  const to = escapeIdentifier(role);
  const on = escapeIdentifier(database);
  return [
    "revoke create on schema public from public",
    `revoke all on database ${on} from public`,
    `grant connect, temporary on database ${on} to ${to}`,
    `grant usage on schema public to ${to}`,
    `grant select, insert, update, delete on all tables in schema public to ${to}`,
    `grant usage, select, update on all sequences in schema public to ${to}`,
    `grant execute on all routines in schema public to ${to}`,
    `alter default privileges in schema public grant select, insert, update, delete on tables to ${to}`,
    `alter default privileges in schema public grant usage, select, update on sequences to ${to}`,
    `alter default privileges in schema public grant execute on routines to ${to}`,
  ];
}
