import type { ExecutionContext, MessageBatch, ScheduledController } from "@cloudflare/workers-types";
import type { Hono } from "hono";
import type { LiteChild } from "../../contracts/lite-child.ts";
import { childOf } from "../configuration/child-of.ts";
import { backUp } from "../custody/back-up.ts";
import { consumeCustody } from "../custody/consume-custody.ts";
import { withSafeHeaders } from "../http/with-safe-headers.ts";
import { ProblemError, problemResponse } from "../problem/problem.ts";
import { requireLive, requirePace, requireRoom } from "./admit.ts";
import { consumerApp } from "./consumer-app.ts";
import { budgetHeader, countRequest, unitsOf, writes } from "./count-request.ts";
import { courtApp } from "./court-app.ts";
import {
  type ChildEnvironment,
  type CourtEnvironment,
  onlyObject,
  type ProfessionalEnvironment,
} from "./environment.ts";
import { asSet, parentSettings, requireNotRefused } from "./parent-settings.ts";
import { professionalApp } from "./professional-app.ts";
import { rotateKeys } from "./rotate-keys.ts";
import { setBudget } from "./set-budget.ts";
import { status } from "./status.ts";
import { syncWithParent } from "./sync-with-parent.ts";

export { AuditTrail } from "../audit/audit-trail.ts";
export { Budget } from "../budget/budget.ts";
export { CaseFile } from "../case-file/case-file.ts";
export { CourtOutbox } from "../court-connector/court-outbox.ts";
export { CustodyChain } from "../custody/custody-chain.ts";
export { ServiceLevels } from "../service-level/service-levels.ts";

const apps: Record<LiteChild["family"], Hono> = {
  "cook-county": whole(courtApp),
  "digital-dossier": whole(professionalApp),
  "chitty-apps": whole(consumerApp),
};

/** A lite child of any family: what it is comes from the variable `CHILD` (contracts/lite-child.ts). */
export default {
  async fetch(request: Request, env: ChildEnvironment, context: ExecutionContext): Promise<Response> {
    const started = Date.now();
    let child: LiteChild;
    try {
      child = childOf(env);
    } catch (error) {
      return failed(error, String(error instanceof Error ? error.message : error));
    }
    try {
      const response = await serve(request, child, env, context);
      if (child.family === "digital-dossier") {
        const observation = { status: response.status, milliseconds: Date.now() - started };
        context.waitUntil(observe(env as ProfessionalEnvironment, observation));
      }
      return withSafeHeaders(response);
    } catch (error) {
      return error instanceof ProblemError
        ? problemResponse(error.problem)
        : failed(error, "The child failed. Its log says why.");
    }
  },

  async scheduled(controller: ScheduledController, env: ChildEnvironment, context: ExecutionContext): Promise<void> {
    const child = childOf(env);
    if (child.family === "cook-county") context.waitUntil(rotateKeys(env as CourtEnvironment, child));
    await syncWithParent(controller, env, (request) => this.fetch(request, env, context));
  },

  async queue(batch: MessageBatch, env: CourtEnvironment): Promise<void> {
    await consumeCustody(batch, async (events) => {
      await env.CUSTODY_CHAIN.getByName(onlyObject).record(events);
      await backUp(events, env.DOCUMENTS, env.BACKUP);
    });
  },
};

async function serve(
  request: Request,
  deployed: LiteChild,
  env: ChildEnvironment,
  context: ExecutionContext,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const reading = request.method === "GET" || request.method === "HEAD";
  const settings = await parentSettings(env, deployed, Date.now());
  const child = asSet(deployed, settings);
  requireLive(child, pathname, Date.now());
  requireNotRefused(settings, request.method, pathname);
  if (pathname === "/health" && reading) return Response.json({ status: "ok" });
  if (pathname === "/api/v1/status" && reading) return status(request, child, env);
  if (pathname === "/api/v1/budget" && request.method === "PUT") return setBudget(request, child, env);
  await requirePace(child, env.RATE_LIMIT);
  const usage = await countRequest(env, unitsOf(request.method));
  requireRoom(child, usage, writes(request.method), Date.now());
  const response = await apps[child.family].fetch(request, env, context as never);
  const headers = new Headers(response.headers);
  headers.set("chitty-budget", budgetHeader(usage));
  return new Response(response.body, { status: response.status, headers });
}

/** Errors leave an app as they are, to be answered in one place; and what no route knows is a problem as anything else is. */
function whole<E extends { Bindings: object }>(app: Hono<E>): Hono {
  app.onError((error) => {
    throw error;
  });
  app.notFound(({ req }) =>
    problemResponse({ status: 404, title: "Not found", detail: `There is nothing at ${req.path} for ${req.method}.` }),
  );
  return app as unknown as Hono;
}

async function observe(env: ProfessionalEnvironment, observation: { status: number; milliseconds: number }) {
  try {
    await env.SERVICE_LEVELS.getByName(onlyObject).observe(observation);
  } catch (error) {
    console.warn(`A request was not counted for the service levels: ${String(error)}`);
  }
}

function failed(error: unknown, detail: string): Response {
  console.error(error);
  return problemResponse({ status: 500, title: "Failed", detail });
}
