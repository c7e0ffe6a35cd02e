import { type ClientBase, escapeIdentifier } from "pg";
import { quoted, type TableShape } from "./catalog.ts";

/**
 * How values are written as text: the same on both sides, and without loss. Names are qualified, since nothing is on the search path.
 * To be sent inside a transaction. None of it counts as a query that takes the transaction's snapshot.
 */
export const writeValuesAlike = [
  "set local client_encoding = 'UTF8'",
  "set local datestyle = 'ISO, MDY'",
  "set local intervalstyle = 'postgres'",
  "set local timezone = 'UTC'",
  "set local extra_float_digits = 1",
  "set local bytea_output = 'hex'",
  "set local lc_monetary = 'C'",
  "set local xmloption = 'content'",
].join(";");

/** A role's or database's own limits are for its service, not for a backup. Nor may row-level security hide rows without a word. */
export const workUnhurried = [
  "set local statement_timeout = 0",
  "set local idle_in_transaction_session_timeout = 0",
  "set local lock_timeout = '60s'",
  "set local row_security = off",
  // So that the server notices when we are gone.
  "set local client_connection_check_interval = '2s'",
].join(";");

/** Since Postgres 17; a statement that takes no snapshot. */
export function limitlessTransaction(serverVersion: number): string {
  return serverVersion >= 170_000 ? "set local transaction_timeout = 0" : "";
}

/** Begins a transaction that writes. */
export const beginUnhurried = [
  "begin",
  workUnhurried,
  "select set_config('transaction_timeout', '0', true) where current_setting('server_version_num')::int >= 170000",
].join(";");

export function copyOut(table: TableShape): string {
  return `copy ${quoted(table)} ${columnList(table)} to stdout`;
}

export function copyIn(table: TableShape): string {
  return `copy ${quoted(table)} ${columnList(table)} from stdin`;
}

/** A table of no columns has rows all the same, and takes no list. */
function columnList({ columns }: TableShape): string {
  return columns.length === 0 ? "" : `(${columns.map(escapeIdentifier).join(", ")})`;
}

/**
 * Number of rows and the sum of their hashes. The hash is the one hash partitioning uses, so it stays the same over versions of Postgres.
 * Needs `writeValuesAlike` and an empty search path in the same transaction.
 */
export async function readFingerprint(
  client: ClientBase,
  table: TableShape,
): Promise<{ rows: number; fingerprint: string }> {
  const columns = table.columns.map((column) => `t.${escapeIdentifier(column)}`).join(", ");
  const { rows } = await client.query(
    `select count(*)::float8 as rows, coalesce(sum(hashtextextended(row(${columns})::text collate "C", 0)), 0)::text as fingerprint
     from only ${quoted(table)} t`,
  );
  return rows[0];
}
