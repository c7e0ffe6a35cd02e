import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { setSafeHeaders } from "../http/with-safe-headers.ts";
import { ProblemError, problemResponse } from "../problem/problem.ts";
import { alertRoutes } from "./alerts/alert-routes.ts";
import { auditRoutes } from "./audit/audit-routes.ts";
import { planeClock } from "./clock.ts";
import { configurationOf } from "./configuration.ts";
import { dashboardRoutes } from "./dashboard/dashboard-routes.ts";
import { deploymentRoutes } from "./deployments/deployment-routes.ts";
import { eventRoutes } from "./events/event-routes.ts";
import { healthRoutes } from "./health/health-routes.ts";
import { type OpsApp, opsApp } from "./http/ops-app.ts";
import { incidentRoutes } from "./incidents/incident-routes.ts";
import { meterRoutes } from "./meter/meter-routes.ts";
import { operationRoutes } from "./operations/operation-routes.ts";
import { listRoutes } from "./registry/list-routes.ts";
import { registryRoutes } from "./registry/registry-routes.ts";
import { rolloutRoutes } from "./rollouts/rollout-routes.ts";
import { scanRoutes } from "./security/scan-routes.ts";
import { childrenRoutes } from "./sync/children-routes.ts";
import { syncRoutes } from "./sync/sync-routes.ts";

const largestBody = 256 * 1_024;

/** What children say and ask, by itself: nearly all calls are theirs, and are not looked for among the routes of everything else. */
export function childrenApp(): OpsApp {
  return emptyApp().route("/", syncRoutes());
}

/** Everything the plane answers. Each module brings its own routes. */
export function planeApp(): OpsApp {
  const app = emptyApp();
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.doc31("/openapi.json", (c) => ({
    openapi: "3.1.0",
    info: { title: "ChittyOps operations plane", version: "1" },
    servers: [{ url: c.var.configuration.url }],
  }));
  for (const module of [
    alertRoutes(),
    auditRoutes(),
    deploymentRoutes(),
    eventRoutes(),
    healthRoutes(),
    incidentRoutes(),
    operationRoutes(),
    meterRoutes(),
    listRoutes(),
    registryRoutes(),
    scanRoutes(),
    syncRoutes(),
    childrenRoutes(),
    rolloutRoutes(),
  ]) {
    app.route("/", module);
  }
  const dashboard = dashboardRoutes(async (request, c) => app.fetch(request, c.env, c.executionCtx));
  app.route("/", dashboard);
  return app;
}

/** How every call is met, whatever it is. */
function emptyApp(): OpsApp {
  const app = opsApp();
  app.onError((error) => {
    if (error instanceof ProblemError) return problemResponse(error.problem);
    if (error instanceof HTTPException && error.status < 500) {
      return problemResponse({ status: error.status, title: "Input not accepted", detail: error.message });
    }
    console.error(error);
    return problemResponse({ status: 500, title: "Failed", detail: "The operations plane failed. Its log says why." });
  });
  app.notFound(({ req }) =>
    problemResponse({ status: 404, title: "Not found", detail: `There is nothing at ${req.path} for ${req.method}.` }),
  );
  app.use(async (c, next) => {
    await next();
    setSafeHeaders(c.res.headers);
  });
  const limited = bodyLimit({
    maxSize: largestBody,
    onError: () =>
      problemResponse({ status: 413, title: "Too large", detail: `A body has at most ${largestBody} bytes here.` }),
  });
  // A length that is said holds: only a body without one has to be counted.
  app.use((c, next) => (lengthOf(c.req.raw.headers) <= largestBody ? next() : limited(c, next)));
  app.use(async (c, next) => {
    c.set("configuration", configurationOf(c.env));
    c.set("clock", await planeClock(c.env));
    await next();
  });
  return app;
}

/** NaN: it is not said. */
function lengthOf(headers: Headers): number {
  return headers.has("transfer-encoding") ? Number.NaN : Number.parseInt(headers.get("content-length") ?? "", 10);
}
