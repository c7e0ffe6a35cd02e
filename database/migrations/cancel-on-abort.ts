import type { Client } from "pg";
import { type Connection, destroy } from "./connection.ts";

/**
 * Cancels the statement that a session works on when the signal aborts, so that Postgres itself says how it ended. Where no second connection
 * can be made, the session's connection is dropped instead.
 * @returns a function that ends this
 */
export function cancelOnAbort(client: Client, pid: number, connection: Connection, signal: AbortSignal): () => void {
  const cancel = async () => {
    try {
      const other = await connection.open(AbortSignal.timeout(5_000));
      try {
        await other.query("select pg_cancel_backend($1)", [pid]);
      } finally {
        await other.end();
      }
    } catch {
      destroy(client);
    }
  };
  const listener = () => void cancel();
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
