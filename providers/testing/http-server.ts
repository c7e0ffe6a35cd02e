import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a test sees it. */
export interface Received {
  readonly method: string;
  /** Path and query, without the base path. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** Breaks the connection instead of answering. */
  readonly reset?: boolean;
}

/** A loopback server that records every request and answers as told. */
export async function startServer(answer: (request: Received) => Answer | Promise<Answer>, basePath = "/client/v4") {
  const received: Received[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const path = (incoming.url ?? "").slice(basePath.length);
    const request = { method: incoming.method ?? "", path, headers, body: Buffer.concat(chunks) };
    received.push(request);
    const { status, headers: answered, body, reset } = await answer(request);
    if (reset === true) {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(status, answered);
    outgoing.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { received, baseUrl: `http://127.0.0.1:${port}${basePath}`, stop };
}

/** Cloudflare's envelope around a result. */
export function envelope(result: unknown): Answer {
  return json(200, { success: true, errors: [], messages: [], result });
}

/** Cloudflare's envelope around an error. */
export function refusal(status: number, code: number, message: string, headers: Record<string, string> = {}): Answer {
  const answer = json(status, { success: false, errors: [{ code, message }], messages: [], result: null });
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

export function json(status: number, body: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
