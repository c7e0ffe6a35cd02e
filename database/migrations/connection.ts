import type { Client } from "pg";
import { connect } from "../connect.ts";
import { parseConnectionUri } from "../connection-uri.ts";

/** A database that can be connected to. Holds a secret, and shows it to nobody: not when printed, not in an error. */
export interface Connection {
  /** `app@ep-cool-sun.eu-central-1.aws.neon.tech/finance`: for messages; no secret. */
  readonly label: string;
  readonly role: string;
  readonly database: string;
  /** Neon's pooled host (`ep-…-pooler.…`), which keeps no session. */
  readonly pooled: boolean;
  /** @throws ConnectionFailed; the signal's reason when aborted, which ends only what is being opened */
  open(signal?: AbortSignal): Promise<Client>;
}

/** A suspended compute, or one that is moved, takes longer than a person would wait. */
const connectTimeout = 30_000;

/** @throws ConnectionFailed when it is no connection URI; the message does not repeat it */
export function connectionTo(uri: string): Connection {
  const { user, database, host } = parseConnectionUri(uri);
  return {
    label: `${user}@${host}/${database}`,
    role: user,
    database,
    pooled: /^[^.]*-pooler\./.test(host),
    async open(signal) {
      signal?.throwIfAborted();
      const opening = new AbortController();
      const stop = () => opening.abort();
      signal?.addEventListener("abort", stop, { once: true });
      try {
        return await connect(uri, { applicationName: "chittyops migrate", connectTimeout, signal: opening.signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    },
  };
}

/** Ends a connection without a farewell. */
export function destroy(client: Client): void {
  // Typed nowhere, but public: pg's own pool does the same.
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
