import { Hono } from "hono";
import { neonRefusal } from "../neon/api.ts";
import { neonRoot } from "../neon/document.ts";
import { ApiError } from "./api-error.ts";
import { authenticate, authorise } from "./authenticate.ts";
import { Call, type Services } from "./call.ts";
import type { ControlOptions } from "./control-options.ts";
import { refusal } from "./envelope.ts";
import type { FaultAction } from "./faults.ts";
import { createLocalApp } from "./local-app.ts";
import { redact, redactPath } from "./redact.ts";
import { apiRoutes } from "./routes.ts";
import { markSocket, socketAction } from "./socket-action.ts";

export interface ControlApp {
  /** Serves `/client/v4/*`, `/api/v2/*` and `/_local/*`. Hand it to `controlListener`, so that faults of the socket happen too. */
  fetch(request: Request): Promise<Response>;
}

/** The control API of the embedded cloud: Cloudflare's v4 API over the store and the runtime, and Neon's. */
export function createControlApp(options: ControlOptions): ControlApp {
  const cloudflare: Api = {
    answer: createApi(options),
    refuse: (status, message, headers) => refusal(status, [{ code: 10013, message }], headers),
  };
  const neon: Api = {
    answer: (request) => options.neon.answer(request),
    refuse: (status, message, headers) => neonRefusal(status, message, "", headers),
  };
  const local = createLocalApp(options);
  return {
    async fetch(request) {
      const url = new URL(request.url);
      if (url.pathname.startsWith("/_local/")) return local.fetch(request);
      const started = performance.now();
      const at = new Date().toISOString();
      const body = await loggedBody(request);
      const action = options.faults.strike(request.method, url.pathname);
      const api = url.pathname.startsWith(`${neonRoot}/`) ? neon : cloudflare;
      const { response, route, account } = await answer(api, request, action);
      options.requestLog.add({
        at,
        method: request.method,
        path: redactPath(url),
        status: response.status,
        duration: Math.round((performance.now() - started) * 10) / 10,
        ...(route === undefined ? {} : { route }),
        ...(account === undefined ? {} : { account }),
        ...(body === undefined ? {} : { body }),
        ...(response.ok ? {} : { errors: await problemsOf(response) }),
        ...(action ? { fault: action.type } : {}),
      });
      return response;
    },
  };
}

interface Answered {
  response: Response;
  route?: string | undefined;
  account?: string | undefined;
}

interface Api {
  answer(request: Request): Promise<Answered>;
  /** A refusal in the shape of this API. */
  refuse(status: number, message: string, headers: Record<string, string>): Response;
}

async function answer(api: Api, request: Request, action: FaultAction | undefined): Promise<Answered> {
  switch (action?.type) {
    case undefined:
      return api.answer(request);
    case "status": {
      const headers: Record<string, string> =
        action.retryAfter === undefined ? {} : { "retry-after": String(action.retryAfter) };
      return { response: api.refuse(action.status, `A fault rule answers ${action.status}.`, headers) };
    }
    case "latency":
      await new Promise((resolve) => setTimeout(resolve, action.milliseconds));
      return api.answer(request);
    case "reset":
      return { response: markSocket(new Response(null, { status: 502 }), "reset") };
    case "lost-acknowledgement": {
      const answered = await api.answer(request);
      return { ...answered, response: markSocket(answered.response, "reset") };
    }
    case "truncated-body": {
      const answered = await api.answer(request);
      return { ...answered, response: markSocket(answered.response, "truncate") };
    }
    case "exit": {
      const answered: Answered =
        action.when === "after" ? await api.answer(request) : { response: new Response(null, { status: 502 }) };
      return { ...answered, response: markSocket(answered.response, "exit") };
    }
  }
}

function createApi(services: Services): Api["answer"] {
  const hono = new Hono<{ Bindings: { answered: Answered } }>();
  for (const { method, path, handle, anonymous } of apiRoutes) {
    hono.on(method, `/client/v4${path}`, async (context) => {
      const parameters = context.req.param() as Record<string, string>;
      context.env.answered.route = path;
      const identity = anonymous ? undefined : authenticate(services.store, context.req.raw, services.clock.now());
      const target = authorise(services.store, identity, parameters);
      context.env.answered.account = target.account?.name;
      return handle(new Call(services, context.req.raw, identity, { parameters, ...target }));
    });
  }
  hono.notFound((context) => {
    const message = `No route for that URI: the embedded cloud does not serve ${context.req.method} ${context.req.path}.`;
    return refusal(501, [{ code: 7000, message }]);
  });
  hono.onError((error) => {
    if (error instanceof ApiError) return refusal(error.status, error.problems);
    console.error(error);
    return refusal(500, [{ code: 10013, message: `The embedded cloud failed: ${error.message}` }]);
  });
  return async (request) => {
    const answered: Answered = { response: new Response() };
    answered.response = await hono.fetch(request, { answered });
    return answered;
  };
}

/** The JSON body as the log shows it. Other bodies are code or data, and stay out. */
async function loggedBody(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type") ?? "";
  if (!type.includes("json") || Number(request.headers.get("content-length") ?? 0) > 65_536) return undefined;
  try {
    return redact(JSON.parse(await request.clone().text()));
  } catch {
    return undefined;
  }
}

async function problemsOf(response: Response): Promise<{ code: number | string; message: string }[]> {
  if (socketAction(response) === "reset" || !response.headers.get("content-type")?.includes("json")) return [];
  const body = (await response.clone().json()) as {
    errors?: { code: number; message: string }[];
    code?: string;
    message?: string;
  };
  if (body.message !== undefined) return [{ code: body.code ?? "", message: body.message }];
  return body.errors ?? [];
}
