import { once } from "node:events";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";

/** Serves one client on stdin and stdout, until it goes away or `signal` is aborted. */
export async function serveStdio(server: Server, signal?: AbortSignal): Promise<void> {
  const gone = Promise.race([once(process.stdin, "end"), once(process.stdin, "close")]);
  const stopped = signal === undefined ? new Promise<void>(() => {}) : aborted(signal);
  await server.connect(new StdioServerTransport());
  await Promise.race([gone, stopped]);
  await server.close();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
