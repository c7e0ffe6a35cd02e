import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { type Connection, destroy } from "./connection.ts";

/**
 * Cancels the statement that a session works on when the signal aborts, so that Postgres itself says how it ended. Where no second connection
 * can be made, the session's connection is dropped instead.
 * @returns a function that ends this, to be called when the session has nothing more to do
 */
export function cancelOnAbort(client: Client, pid: number, connection: Connection, signal: AbortSignal): () => void {
  const ended = new AbortController();
  const cancel = async () => {
    try {
      const other = await connection.open(AbortSignal.any([ended.signal, AbortSignal.timeout(5_000)]));
      try {
        // More than once: a statement that is still on its way to the server is not cancelled.
        while (!ended.signal.aborted) {
          await other.query("select pg_cancel_backend($1)", [pid]);
          await delay(200, undefined, { signal: ended.signal });
        }
      } finally {
        await other.end();
      }
    } catch {
      if (!ended.signal.aborted) destroy(client);
    }
  };
  const listener = () => void cancel();
  signal.addEventListener("abort", listener, { once: true });
  return () => {
    signal.removeEventListener("abort", listener);
    ended.abort();
  };
}
