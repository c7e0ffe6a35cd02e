import { connect, createServer, type Socket } from "node:net";

/**
 * How the n-th message to the server goes wrong: it never arrives; it arrives and its answer is lost; or `kill` is called instead of passing it
 * on, or after it was answered.
 */
export type Break = "lost" | "answer lost" | "kill before" | "kill after";

export interface BreakingProxy {
  port: number;
  /** Messages to the server so far, over all connections; a connection takes two to be opened. */
  messages: number;
  close(): Promise<void>;
}

/** Stands between a runner and Postgres, on loopback, and breaks the connection at the given messages (counted from 1). */
export async function startBreakingProxy(
  target: number,
  breaks: ReadonlyMap<number, Break>,
  kill: () => void = () => {},
): Promise<BreakingProxy> {
  const open = new Set<Socket>();
  const proxy = { port: 0, messages: 0, close };
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    let broken: Break | undefined;
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on("error", end);
      socket.on("close", () => {
        open.delete(socket);
        end();
      });
    }
    client.on("data", (bytes) => {
      proxy.messages++;
      broken ??= breaks.get(proxy.messages);
      if (broken === "kill before") kill();
      if (broken === "lost" || broken === "kill before") end();
      else upstream.write(bytes);
    });
    upstream.on("data", (bytes) => {
      if (broken === undefined) {
        client.write(bytes);
        return;
      }
      if (broken === "kill after") kill();
      end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The proxy has no port.");
  proxy.port = address.port;
  return proxy;

  async function close(): Promise<void> {
    const closed = new Promise((done) => server.close(done));
    for (const socket of open) socket.destroy();
    await closed;
  }
}
