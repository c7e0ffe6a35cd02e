import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Dispatcher } from "undici";
import type { ServingTarget } from "../runtime/runtime.ts";
import { type EdgeError, sendError, workerThrew } from "./error-page.ts";

/** How a request ended: answered, or not, in which case it may be `repeatable`: surely not carried out, or harmless to repeat. */
export type Outcome = "done" | { error: EdgeError; repeatable: boolean };

/** Headers that belong to one connection, or that only the edge may set. */
const requestOnly = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
  "expect",
  "te",
  "trailer",
  "cf-connecting-ip",
  "cf-ray",
  "cf-visitor",
  "cf-worker",
  "cf-ipcountry",
  "true-client-ip",
  "x-real-ip",
  "mf-cf-blob",
  "x-chittyops-from",
]);
const responseOnly = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "trailer"]);

/** `request.cf` as far as a local edge knows it. */
const cf = JSON.stringify({ colo: "LOC", country: "XX", httpProtocol: "HTTP/1.1", clientAcceptEncoding: "" });

/** Sends a request to a unit and its answer back, bodies streaming both ways. */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  target: ServingTarget,
  ray: string,
): Promise<Outcome> {
  const { pack, unit } = target;
  const address = pack.unit(unit.id);
  const hasBody = request.headers["content-length"] !== undefined || request.headers["transfer-encoding"] !== undefined;
  const harmless = !hasBody && (request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS");
  if (!address) return Promise.resolve({ error: gone, repeatable: true });
  const leave = pack.enter(unit.id);
  return new Promise<Outcome>((resolve) => {
    const end = (outcome: Outcome): void => {
      leave();
      resolve(outcome);
    };
    let threw = false;
    let connected = false;
    let controller: Dispatcher.DispatchController | undefined;
    response.once("close", () => {
      if (!response.writableFinished) controller?.abort(new Error("the client went away"));
    });
    address.http.dispatch(
      {
        path: request.url ?? "/",
        method: (request.method ?? "GET") as Dispatcher.HttpMethod,
        headers: requestHeaders(request, ray),
        body: hasBody ? request : null,
      },
      {
        onRequestStart(started) {
          connected = true;
          controller = started;
          if (response.destroyed) started.abort(new Error("the client went away"));
        },
        onResponseStart(_controller, status, headers, message) {
          if (status < 200) return;
          if (status === 500 && isUncaught(headers)) {
            threw = true;
            return;
          }
          if (message) response.statusMessage = message;
          response.writeHead(status, responseHeaders(headers, ray));
        },
        onResponseData(running, chunk) {
          if (threw) return;
          if (!response.write(chunk)) {
            running.pause();
            response.once("drain", () => running.resume());
          }
        },
        onResponseEnd() {
          if (threw) sendError(response, workerThrew, { accept: request.headers.accept, ray });
          else response.end();
          end("done");
        },
        onResponseError(_controller, error) {
          if (response.headersSent || response.destroyed) {
            response.destroy();
            end("done");
            return;
          }
          // A body that has begun to flow cannot be sent again.
          const unsent = !connected && !request.readableDidRead;
          const guilty = pack.guilty.has(unit.id);
          end({
            error: guilty ? exceeded(unit.spec.scriptName) : interrupted(error),
            repeatable: !guilty && (harmless || unsent),
          });
        },
      },
    );
  });
}

/** workerd's own answer to an exception: no content type, and the connection ends. A Worker's answer never looks like this. */
function isUncaught(headers: Record<string, string | string[] | undefined>): boolean {
  return headers["content-type"] === undefined && headers["content-length"] === "21" && headers.connection === "close";
}

const gone: EdgeError = {
  status: 503,
  code: 1104,
  title: "Worker is not serving",
  detail: "The Worker is being moved; try again.",
};

function interrupted(error: Error): EdgeError {
  return {
    status: 502,
    title: "The Worker's process ended",
    detail: `The request may have been carried out in part (${error.message}).`,
  };
}

function exceeded(scriptName: string): EdgeError {
  return {
    status: 503,
    code: 1102,
    title: "Worker exceeded resource limits",
    detail: `${scriptName} did not give way to anything else in time, e.g. in an endless loop, and was ended.`,
  };
}

function requestHeaders(request: IncomingMessage, ray: string): string[] {
  const { rawHeaders } = request;
  const headers: string[] = [];
  let forwardedFor = request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "127.0.0.1";
  const client = forwardedFor;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const lower = name.toLowerCase();
    if (lower === "x-forwarded-for") forwardedFor = `${rawHeaders[index + 1]}, ${client}`;
    else if (lower !== "x-forwarded-proto" && !requestOnly.has(lower)) headers.push(name, rawHeaders[index + 1] ?? "");
  }
  headers.push("cf-connecting-ip", client, "cf-ray", ray, "cf-visitor", '{"scheme":"http"}', "cf-ipcountry", "XX");
  headers.push("x-forwarded-for", forwardedFor, "x-forwarded-proto", "http", "x-real-ip", client, "mf-cf-blob", cf);
  return headers;
}

function responseHeaders(headers: Record<string, string | string[] | undefined>, ray: string): string[] {
  const out: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || responseOnly.has(name)) continue;
    for (const one of Array.isArray(value) ? value : [value]) out.push(name, one);
  }
  out.push("cf-ray", ray);
  if (headers.server === undefined) out.push("server", "cloudflare");
  return out;
}

/** Joins the client's socket with one to the unit, so that a WebSocket passes as it is. */
export function forwardUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { pack, unit }: ServingTarget,
  ray: string,
): void {
  const url = pack.unit(unit.id)?.url;
  if (!url) {
    socket.destroy();
    return;
  }
  const leave = pack.enter(unit.id);
  const upstream = connect(Number(url.port), url.hostname);
  const close = (): void => {
    socket.destroy();
    upstream.destroy();
  };
  upstream.once("connect", () => {
    const headers = requestHeaders(request, ray);
    headers.push("connection", "Upgrade", "upgrade", request.headers.upgrade ?? "websocket");
    let text = `${request.method} ${request.url} HTTP/1.1\r\n`;
    for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\r\n`;
    upstream.write(`${text}\r\n`);
    if (head.length > 0) upstream.write(head);
    upstream.pipe(socket);
    socket.pipe(upstream);
  });
  upstream.once("close", () => {
    leave();
    close();
  });
  upstream.once("error", close);
  socket.once("close", close);
}
