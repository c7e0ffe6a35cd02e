import type { ExecutionContext, MessageBatch } from "@cloudflare/workers-types";
import type { ShellStatus } from "../../contracts/shell.ts";
import { withSafeHeaders } from "../http/with-safe-headers.ts";
import { authorized } from "./authorized.ts";
import { count, counts } from "./counters.ts";
import { manifestOf, type ShellEnvironment } from "./environment.ts";
import { tryBinding } from "./try-binding.ts";

export { ShellObject } from "./shell-object.ts";

/**
 * The Worker that a service has until its own code is there. It answers the health contract, and to a caller with the token
 * it says which of its bindings it can really use.
 */
export default {
  async fetch(request: Request, env: ShellEnvironment): Promise<Response> {
    return withSafeHeaders(await answer(request, env));
  },

  async scheduled(_event: unknown, env: ShellEnvironment): Promise<void> {
    await count(env, "scheduled", 1);
  },

  async queue(batch: MessageBatch, env: ShellEnvironment): Promise<void> {
    await count(env, "queue", batch.messages.length);
  },

  async tail(events: unknown[], env: ShellEnvironment, context: ExecutionContext): Promise<void> {
    context.waitUntil(count(env, "tail", events.length));
  },

  async email(_message: unknown, env: ShellEnvironment): Promise<void> {
    await count(env, "email", 1);
  },
};

async function answer(request: Request, env: ShellEnvironment): Promise<Response> {
  const { service, health } = manifestOf(env);
  const { pathname } = new URL(request.url);
  if (pathname === health.path) return Response.json({ status: health.expect });
  if (pathname === "/api/v1/status") return Response.json(await status(request, env));
  if (pathname === "/") {
    return Response.json({ service, hosting: "shell", health: health.path, status: "/api/v1/status" });
  }
  return Response.json(
    { type: "about:blank", title: "Not found", status: 404, detail: `${service} has no code of its own here yet.` },
    { status: 404, headers: { "content-type": "application/problem+json" } },
  );
}

async function status(request: Request, env: ShellEnvironment): Promise<ShellStatus> {
  const { service, environment, bindings, missing } = manifestOf(env);
  const versionName = Object.keys(bindings).find((name) => bindings[name] === "version-metadata");
  const version = versionName === undefined ? undefined : (env[versionName] as ShellStatus["version"]);
  const known = { service, environment, hosting: "shell" as const, ...(version && { version }) };
  if (!(await authorized(request, env))) return known;
  return {
    ...known,
    bindings: await Promise.all(
      Object.entries(bindings).map(([name, kind]) => tryBinding(env, { name, kind, missing: missing[name] })),
    ),
    counts: await counts(env),
  };
}
