import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { FailedTarget, RunningRuntime } from "../runtime/runtime.ts";
import type { DesiredState } from "../types.ts";
import { chooseVersion } from "./choose-version.ts";
import { type EdgeError, sendError } from "./error-page.ts";
import { forward, forwardUpgrade } from "./forward.ts";
import { createRouting, type Match, type Routing } from "./routing.ts";

/** What the edge needs of the runtime. */
export type EdgeRuntime = Pick<RunningRuntime, "desired" | "target">;

/** The edge: an HTTP server that routes requests to Workers by host and path. The caller makes it listen. */
export function createEdge(runtime: EdgeRuntime): Server {
  const routing = cachedRouting(runtime);
  const server = createServer({ keepAlive: true }, (request, response) => {
    void answer(runtime, routing(), request, response);
  });
  server.on("upgrade", (request, socket, head) => void upgrade(runtime, routing(), request, socket, head));
  server.keepAliveTimeout = 65_000;
  server.requestTimeout = 0;
  return server;
}

/** Routing is built once per desired state. */
function cachedRouting(runtime: EdgeRuntime): () => Routing {
  let built: { state: DesiredState; routing: Routing } | undefined;
  return () => {
    const state = runtime.desired();
    if (built?.state !== state) built = { state, routing: createRouting(state) };
    return built.routing;
  };
}

/** Tries of a request whose process goes away before it has answered; the pauses between them double, from 20 ms to 2.5 s. */
const tries = 9;

async function answer(
  runtime: EdgeRuntime,
  routing: Routing,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ray = newRay();
  const fail = (error: EdgeError): void => {
    if (response.headersSent) response.destroy();
    else sendError(response, error, { accept: request.headers.accept, ray });
  };
  try {
    const match = matchOf(routing, request);
    if (!match || !("scriptKey" in match)) return fail(unmatched(request, match));
    if (request.headers["x-chittyops-from"] === match.scriptKey) return fail(noOrigin);
    for (let attempt = 1; ; attempt++) {
      const found = targetOf(runtime, match.scriptKey, request);
      const target = found instanceof Promise ? await found : found;
      if (!target) return fail(notServing);
      if ("failure" in target) return fail(failed(target));
      const outcome = await forward(request, response, target, ray);
      if (outcome === "done") return;
      if (!outcome.repeatable || attempt >= tries) return fail(outcome.error);
      // It may take a moment until it is known that the process is gone.
      await delay(10 * 2 ** attempt);
    }
  } catch (error) {
    fail({ status: 500, title: "The edge failed", detail: error instanceof Error ? error.message : String(error) });
  }
}

async function upgrade(
  runtime: EdgeRuntime,
  routing: Routing,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on("error", () => socket.destroy());
  const match = matchOf(routing, request);
  const found = match && "scriptKey" in match ? await targetOf(runtime, match.scriptKey, request) : undefined;
  if (!found || "failure" in found) {
    socket.end(
      `HTTP/1.1 ${found ? "503 Service Unavailable" : "404 Not Found"}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
    );
    return;
  }
  forwardUpgrade(request, socket, head, found, newRay());
}

function matchOf(routing: Routing, request: IncomingMessage): Match {
  const url = request.url ?? "/";
  const query = url.indexOf("?");
  return routing(hostOf(request), query < 0 ? url : url.slice(0, query));
}

/** Without port and final dot, in lower case. */
function hostOf(request: IncomingMessage): string {
  const host = (request.headers.host ?? "").toLowerCase();
  return host.replace(/:\d+$/, "").replace(/\.$/, "");
}

function targetOf(runtime: EdgeRuntime, key: string, { headers }: IncomingMessage): ReturnType<EdgeRuntime["target"]> {
  const single = (value: string | string[] | undefined): string | undefined =>
    Array.isArray(value) ? value.join(",") : value;
  return runtime.target(key, (script) =>
    chooseVersion(script, {
      overrides: single(headers["cloudflare-workers-version-overrides"]),
      key: single(headers["cloudflare-workers-version-key"]),
    }),
  );
}

function newRay(): string {
  return `${randomBytes(8).toString("hex")}-LOC`;
}

const notServing: EdgeError = {
  status: 503,
  code: 1104,
  title: "Worker is not serving",
  detail: "The Worker has been deployed but did not start in time. `chittyops local logs` says why.",
};

/** On Cloudflare a Worker that fetches its own URL reaches the origin behind it, never itself. */
const noOrigin: EdgeError = {
  status: 530,
  code: 1016,
  title: "No origin",
  detail:
    "A Worker fetched a URL that it answers itself. On Cloudflare that goes to the origin behind it; the embedded cloud has none.",
};

function unmatched(request: IncomingMessage, match: Match): EdgeError {
  const host = hostOf(request) || "(no Host header)";
  if (match && "off" in match) {
    return {
      status: 530,
      code: 1016,
      title: "No Worker answers here",
      detail: `A route switches Workers off for ${host}, and the embedded cloud has no origin behind it.`,
    };
  }
  if (match && "zone" in match) {
    return {
      status: 530,
      code: 1016,
      title: "No Worker answers here",
      detail: `Found: host ${host} in a known zone. Expected: a route or custom domain for it. \`chittyops status\` lists the URLs.`,
    };
  }
  return {
    status: 404,
    title: "Unknown host",
    detail: `Found: host ${host}. Expected: the host of a deployed service, e.g. in the Host header. \`chittyops status\` lists the URLs.`,
  };
}

function failed({ failure, unit }: FailedTarget): EdgeError {
  const name = unit.spec.scriptName;
  return failure.kind === "hang"
    ? { status: 503, code: 1102, title: "Worker exceeded resource limits", detail: `${name}: ${failure.reason}` }
    : { status: 500, code: 1101, title: "Worker threw exception", detail: `${name} does not start: ${failure.reason}` };
}
