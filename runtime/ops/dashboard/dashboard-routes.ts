import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { csrf } from "hono/csrf";
import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { type Problem, ProblemError, problemResponse } from "../../problem/problem.ts";
import type { Clock } from "../../storage/object-storage.ts";
import type { OpsEnvironment } from "../environment.ts";
import { operators } from "../http/operators.ts";
import { type OpsApp, type OpsContext, opsApp } from "../http/ops-app.ts";
import { familiesOf, operatorOf } from "../operators/operator-of.ts";
import { childrenView } from "./children-view.ts";
import { costView } from "./cost-view.ts";
import { assetResponse } from "./dashboard-assets.ts";
import type { DashboardData } from "./dashboard-data.ts";
import { dashboardSources } from "./dashboard-sources.ts";
import { documentResponse } from "./document.ts";
import { fleetView } from "./fleet-view.ts";
import { formToken, isFormToken } from "./form-token.ts";
import { incidentsView, incidentView } from "./incident-views.ts";
import { versionOf, versionStream } from "./live.ts";
import { auditView, eventsView } from "./log-views.ts";
import { serviceView } from "./service-view.ts";
import type { DashboardView, ViewContext } from "./view.ts";

const views = [fleetView, serviceView, incidentsView, incidentView, childrenView, eventsView, auditView, costView];

/** What a person can do with an incident by a form: calls of the API with the same name. */
const actions = ["ack", "note", "escalate", "resolve"];
const longestParameter = 200;
const sessionCookie = "CF_Authorization";

/**
 * The dashboard: pages for people, made on the server.
 * @param api answers a request of the plane's API; what forms ask for goes through it, so that it is checked, audited and repeatable as any call
 * @param sources where the pages have their data from
 */
export function dashboardRoutes(
  api: (request: Request, c: Context<OpsContext>) => Promise<Response>,
  sources: (env: OpsEnvironment, clock: Clock) => DashboardData = dashboardSources,
): OpsApp {
  const app = opsApp();
  app.onError((error, c) => {
    if (error instanceof ProblemError) return problemPage(c, error.problem);
    if (error instanceof HTTPException && error.status < 500) {
      return problemPage(c, {
        status: error.status,
        title: "Not accepted",
        detail: "Only this site's own pages may ask for this.",
      });
    }
    console.error(error);
    return problemPage(c, { status: 500, title: "Failed", detail: "The operations plane failed. Its log says why." });
  });
  app.get("/assets/:name", ({ req }) => assetResponse(req.path) ?? notFound(req.path));
  app.get("/session", signIn);
  const show = (c: Context<OpsContext>, view: DashboardView, refused?: Refused) =>
    page(c, view, () => sources(c.env, c.var.clock), refused);
  for (const view of views) app.get(view.path, operators("viewer"), (c) => show(c, view));
  app.post("/incidents/:name/:action", csrf(), operators("operator"), async (c) => {
    const { name, action } = c.req.param();
    if (!actions.includes(action)) return notFound(c.req.path);
    const { token, key, ...fields } = await c.req.parseBody();
    const { email } = c.var.operator;
    if (typeof token !== "string" || !isFormToken(token, c.env.SIGNING_KEY, email, c.var.clock.now())) {
      const reason = "This form is too old, or was not made by the dashboard. Send it again.";
      return show(c, incidentView, { status: 403, reason });
    }
    const path = `/incidents/${encodeURIComponent(name)}`;
    const headers = credentialsOf(c.req.raw.headers);
    headers.set("content-type", "application/json");
    if (typeof key === "string" && key !== "") headers.set("idempotency-key", key);
    const url = new URL(`/api/v1${path}/${action}`, c.req.url);
    const answer = await api(new Request(url, { method: "POST", headers, body: JSON.stringify(fields) }), c);
    if (answer.ok) return c.redirect(path, 303);
    const problem = (await answer.json()) as Partial<Problem>;
    return show(c, incidentView, { status: answer.status, reason: problem.detail ?? "It was refused." });
  });
  return app;
}

/** Why a form was refused. */
interface Refused {
  status: number;
  reason: string;
}

async function page(
  c: Context<OpsContext>,
  view: DashboardView,
  sources: () => DashboardData,
  refused: Refused | undefined,
): Promise<Response> {
  const data = sources();
  const context = contextOf(c, data, refused?.reason);
  const shown = view.has(data) ? await view.show(context) : undefined;
  if (shown === undefined) {
    const detail = `There is nothing at ${c.req.path} that you may see.`;
    return problemPage(c, { status: 404, title: "Not found", detail });
  }
  if (c.req.header("accept") === "text/event-stream") {
    return versionStream(c, async () => (await view.show(contextOf(c, sources(), undefined)))?.model);
  }
  return documentResponse({
    ...frame(c, data, view.path),
    title: shown.title,
    main: shown.main(),
    ...(refused === undefined ? { version: versionOf(shown.model) } : { status: refused.status }),
  });
}

function contextOf(c: Context<OpsContext>, data: DashboardData, problem: string | undefined): ViewContext {
  const { operator, clock } = c.var;
  const now = clock.now();
  return {
    data,
    operator,
    visible: familiesOf(operator, "viewer"),
    now,
    name: c.req.param("name") ?? "",
    query(parameter) {
      const value = c.req.query(parameter);
      return value === undefined || value === "" || value.length > longestParameter ? undefined : value;
    },
    formToken: formToken(c.env.SIGNING_KEY, operator.email, now),
    formKey: crypto.randomUUID(),
    ...(problem !== undefined && { problem }),
  };
}

function frame(c: Context<OpsContext>, data: DashboardData, current: string) {
  const all = familiesOf(c.var.operator, "viewer") === "all";
  const pages = views.flatMap(({ path, inNavigation, has, ofAllFamilies }) =>
    inNavigation !== undefined && has(data) && (all || !ofAllFamilies)
      ? [{ path, title: inNavigation, current: current === path }]
      : [],
  );
  return {
    pages,
    environment: c.var.configuration.environment,
    operator: c.var.operator.email,
    now: c.var.clock.now(),
  };
}

/**
 * `GET /session?token=…`: where there is no Access before the plane (`local`), a token of the same form becomes the cookie that Access would
 * have set.
 */
async function signIn(c: Context<OpsContext>): Promise<Response> {
  const { access, url } = c.var.configuration;
  if (access.publicKeys === undefined) return notFound(c.req.path);
  const token = c.req.query("token") ?? "";
  await operatorOf(new Headers({ authorization: `Bearer ${token}` }), c.var.configuration, c.var.clock);
  setCookie(c, sessionCookie, token, {
    httpOnly: true,
    sameSite: "Strict",
    secure: url.startsWith("https:"),
    path: "/",
  });
  c.header("cache-control", "no-store");
  c.header("referrer-policy", "no-referrer");
  return c.redirect("/", 303);
}

/** A problem for people. Of somebody who is not signed in it says how to. */
function problemPage(c: Context<OpsContext>, { status, title, detail }: Problem): Promise<Response> {
  const { environment, access } = c.var.configuration;
  const how =
    access.publicKeys === undefined
      ? html`Open this page through Cloudflare Access, which asks who you are.`
      : html`Run <code>npx chittyops ops</code> and open the link that it prints.`;
  return documentResponse({
    status,
    title,
    pages: [],
    environment,
    now: c.var.clock.now(),
    main: html`<h1 id="title">${title}</h1><p id="detail">${detail}</p>${status === 401 ? html`<p id="how">${how}</p>` : html`<p id="back"><a href="/">To the fleet</a></p>`}`,
  });
}

const notFound = (path: string): Response =>
  problemResponse({ status: 404, title: "Not found", detail: `There is nothing at ${path}.` });

/** What says who asks, and nothing else of the request. */
function credentialsOf(from: Headers): Headers {
  const headers = new Headers();
  for (const name of ["cf-access-jwt-assertion", "authorization", "cookie"]) {
    const value = from.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
