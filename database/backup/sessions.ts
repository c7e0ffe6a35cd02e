import type { Socket } from "node:net";
import type { Client } from "pg";

/** Opens a session on the direct host, e.g. `() => connect(uri, { applicationName: "chittyops backup" })`. The secret stays with the caller. */
export type Connect = () => Promise<Client>;

/** Sessions that belong to one piece of work and end with it. */
export interface Sessions {
  open(): Promise<Client>;
  /** Ends every session at once, also in the middle of a query, which then rejects. */
  cut(): void;
  end(): Promise<void>;
}

/** @param signal cuts the sessions, now and those that are opened later. */
export function openSessions(connect: Connect, signal: AbortSignal): Sessions {
  const clients: Client[] = [];
  const cut = () => {
    for (const client of clients) socketOf(client).destroy();
  };
  signal.addEventListener("abort", cut);
  return {
    async open() {
      signal.throwIfAborted();
      const client = await connect();
      // A session that is lost while nobody waits for it must not end the process: the next query rejects and says so.
      client.on("error", () => undefined);
      clients.push(client);
      if (signal.aborted) cut();
      return client;
    },
    cut,
    async end() {
      signal.removeEventListener("abort", cut);
      await Promise.all(
        clients.map((client) => (socketOf(client).destroyed ? undefined : client.end().catch(() => undefined))),
      );
    },
  };
}

function socketOf(client: Client): Socket {
  return (client as Client & { connection: { stream: Socket } }).connection.stream;
}
