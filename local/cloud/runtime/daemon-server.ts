import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { BucketChange } from "./buckets.ts";
import { QueueRefused } from "./queue-broker.ts";

/** What workerd processes ask of the daemon. */
export interface DaemonServices {
  /** Where a script, the storage or a Durable Object namespace is; waits while it moves. `failed` is an address that did not answer. */
  locate(query: { script?: string; object?: string; storage?: string; failed?: string }): Promise<unknown>;
  /** Before a change of objects in a bucket with rules: why it is refused. */
  checkChange(change: BucketChange): Promise<string | undefined>;
  /** After one. */
  changed(change: BucketChange): void;
  /** A producer's request to its queue, in workerd's protocol. */
  enqueue(queueId: string, path: string, headers: IncomingMessage["headers"], body: Buffer): Promise<unknown>;
}

/** Serves `services` on a loopback port to whoever knows the secret. */
export async function startDaemonServer(
  secret: string,
  services: DaemonServices,
): Promise<{ address: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(secret, services, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      // What workerd makes the sender's error of: `<cause> (<code>)`.
      if (error instanceof QueueRefused) {
        response.writeHead(400, { "cf-queues-error-code": "400", "cf-queues-error-cause": message });
      }
      if (!response.headersSent) response.writeHead(error instanceof NotLocated ? 404 : 500);
      response.end(message);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => closed(server) };
}

/** What was asked for does not exist. */
export class NotLocated extends Error {}

async function answer(
  secret: string,
  services: DaemonServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const given = Buffer.from(request.headers.authorization ?? "");
  const expected = Buffer.from(`Bearer ${secret}`);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    response.writeHead(403).end();
    return;
  }
  const result = await resultOf(services, request);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
}

async function resultOf(services: DaemonServices, request: IncomingMessage): Promise<unknown> {
  const url = new URL(request.url ?? "/", "http://daemon");
  const queueId = request.headers["x-chittyops-queue"];
  if (typeof queueId === "string")
    return services.enqueue(queueId, url.pathname, request.headers, await bodyOf(request));
  const change = async (): Promise<BucketChange> =>
    JSON.parse((await bodyOf(request)).toString("utf8")) as BucketChange;
  switch (url.pathname) {
    case "/bucket/check":
      return { refused: await services.checkChange(await change()) };
    case "/bucket/changed":
      services.changed(await change());
      return {};
    default:
      return services.locate(Object.fromEntries(url.searchParams));
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
