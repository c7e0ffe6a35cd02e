import { Hono } from "hono";
import { z } from "zod";
import { neonRoutes } from "../neon/api.ts";
import { accounts, zones } from "../store/records/accounts.ts";
import { queues } from "../store/records/queues.ts";
import { d1Databases, kvNamespaces, r2Buckets } from "../store/records/stores.ts";
import { domains, routes, scripts } from "../store/records/workers.ts";
import type { Store } from "../store/store.ts";
import { isAdmin } from "./authenticate.ts";
import type { ControlOptions } from "./control-options.ts";
import { faultRule } from "./faults.ts";
import { provenanceOf } from "./provenance.ts";
import { apiRoutes } from "./routes.ts";

/** The embedded cloud's own endpoints below `/_local`, for the command line and for tests; they need the admin token, but for reading the clock. Plain JSON, no envelope. */
export function createLocalApp(options: ControlOptions): Hono {
  const { store, clock, requestLog, faults, neon } = options;
  const app = new Hono().basePath("/_local");
  const time = () => ({
    now: new Date(clock.now()).toISOString(),
    aheadMilliseconds: Math.round(clock.now() - Date.now()),
  });
  // Programs that keep their own time by this clock hold no token.
  app.get("/clock", (context) => context.json(time()));
  app.use(async (context, next) => {
    if (!isAdmin(store, context.req.raw))
      return context.json({ error: "The admin token of tokens.json is needed." }, 401);
    return next();
  });
  app.get("/requests", (context) =>
    context.json({ requests: requestLog.entries(Number(context.req.query("after") ?? 0)) }),
  );
  app.get("/unknown", (context) => context.json({ unknown: requestLog.unknown() }));
  app.get("/routes", async (context) =>
    context.json({
      routes: [
        ...apiRoutes.map(({ method, path }) => ({ method, path, provenance: provenanceOf({ method, path }) })),
        ...(await neonRoutes()),
      ],
    }),
  );
  app.get("/faults", (context) => context.json({ faults: faults.list() }));
  app.post("/faults", async (context) => {
    const parsed = faultRule.safeParse(await body(context.req.raw));
    if (!parsed.success) return context.json({ error: z.prettifyError(parsed.error) }, 400);
    return context.json(faults.add(parsed.data), 201);
  });
  app.delete("/faults", (context) => {
    faults.remove();
    return context.json({});
  });
  app.delete("/faults/:id", (context) => {
    faults.remove(context.req.param("id"));
    return context.json({});
  });
  app.post("/clock", async (context) => {
    const parsed = z.object({ advanceMilliseconds: z.number().min(0) }).safeParse(await body(context.req.raw));
    if (!parsed.success) return context.json({ error: z.prettifyError(parsed.error) }, 400);
    await clock.advance(parsed.data.advanceMilliseconds);
    return context.json(time());
  });
  app.get("/state", (context) => context.json({ clock: time(), accounts: summary(store), neon: neon.summary() }));
  app.notFound((context) => context.json({ error: `There is no ${context.req.method} ${context.req.path}.` }, 404));
  return app;
}

async function body(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    return undefined;
  }
}

function summary(store: Store): unknown[] {
  return store.list(accounts).map(({ id, name }) => ({
    id,
    name,
    zones: store.list(zones, id).map((zone) => ({
      id: zone.id,
      name: zone.name,
      routes: store.list(routes, zone.id).map(({ pattern, script }) => ({ pattern, script })),
    })),
    scripts: store.list(scripts, id).map((script) => ({
      name: script.name,
      versions: script.deployments[0]?.versions ?? [],
      crons: script.schedules.map(({ cron }) => cron),
    })),
    domains: store.list(domains, id).map(({ hostname, service }) => ({ hostname, service })),
    kvNamespaces: store.list(kvNamespaces, id).map(({ id: namespaceId, title }) => ({ id: namespaceId, title })),
    r2Buckets: store.list(r2Buckets, id).map((bucket) => bucket.name),
    d1Databases: store.list(d1Databases, id).map((database) => ({ id: database.id, name: database.name })),
    queues: store.list(queues, id).map((queue) => ({ id: queue.id, name: queue.name })),
  }));
}
