/** Heads what must be in a file that the runner does not wrap in a transaction. */
export const outside = "-- in a migration that does not run in a transaction:";
/** Heads what belongs into a migration after this one. */
export const later = "-- in a later migration:";

/** Fills rows a batch at a time, each batch its own short transaction. */
export function batchedUpdate(table: string, set: string, todo: string): string {
  return [
    "-- outside of a transaction, again and again until it changes no row:",
    `UPDATE ${table} SET ${set} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${todo} LIMIT 10000));`,
  ].join("\n");
}
