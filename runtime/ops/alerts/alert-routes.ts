import { createRoute, z } from "@hono/zod-openapi";
import {
  alertRoute,
  heartbeat,
  newDestination,
  newHeartbeat,
  newSilence,
  silence,
} from "../../../contracts/ops-alerts.ts";
import { endpointReport, slug } from "../../../contracts/ops-deliveries.ts";
import { eventRule } from "../../../contracts/ops-events.ts";
import { valueOrThrow } from "../../problem/problem.ts";
import { deliveryRoutes } from "../delivery/delivery-routes.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { body, json } from "../http/json-content.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf, type Operator } from "../operators/operator-of.ts";

const path = "/api/v1/alerts";
const desk = (env: OpsEnvironment) => env.INCIDENT_DESK.getByName(onlyObject);

/** Who is told of incidents, and when nobody is. */
export function alertRoutes(): OpsApp {
  const app = opsApp();
  addDestinations(app);
  addRoutes(app);
  addSilences(app);
  addHeartbeat(app);
  addRules(app);
  return app;
}

function addDestinations(app: OpsApp): void {
  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/destinations`,
      summary: "Add somebody who can be told: a webhook, Slack, PagerDuty, e-mail",
      middleware: [operators("operator"), mutation("alert.destination.add")] as const,
      request: { body: body(newDestination) },
      responses: { 201: json(endpointReport, "Added") },
    }),
    async (c) => {
      const given = c.req.valid("json");
      requireRole(c.var.operator, "operator", given.family);
      if (given.family !== undefined) c.set("family", given.family);
      return c.json(valueOrThrow(await desk(c.env).addDestination(given)), 201);
    },
  );
  const destinations = {
    path: `${path}/destinations`,
    noun: "alert.destination",
    report: endpointReport,
    object: desk,
  };
  app.route("/", deliveryRoutes(destinations));
}

function addRoutes(app: OpsApp): void {
  app.openapi(
    createRoute({
      method: "get",
      path: `${path}/routes`,
      summary: "Which incidents are told to whom",
      middleware: [operators("viewer")] as const,
      responses: { 200: json(z.object({ routes: z.array(alertRoute) }), "All of them") },
    }),
    async (c) => {
      const { operator } = c.var;
      const routes = await desk(c.env).routes();
      return c.json({ routes: routes.filter(({ match }) => maySee(operator, match.families)) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/routes`,
      summary: "Say which incidents are told to whom; a route of the same name is replaced",
      middleware: [operators("operator"), mutation("alert.route.set")] as const,
      request: { body: body(alertRoute) },
      responses: { 200: json(alertRoute, "The route") },
    }),
    async (c) => {
      const given = c.req.valid("json");
      const before = (await desk(c.env).routes()).find(({ name }) => name === given.name);
      for (const route of before === undefined ? [given] : [given, before]) {
        requireFamilies(c.var.operator, route.match.families);
      }
      valueOrThrow(await desk(c.env).setRoute(given));
      return c.json(given, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: `${path}/routes/{name}`,
      summary: "Remove a route",
      middleware: [operators("operator"), mutation("alert.route.remove")] as const,
      request: { params: z.object({ name: slug }) },
      responses: { 204: { description: "Removed" } },
    }),
    async (c) => {
      const { name } = c.req.valid("param");
      const route = (await desk(c.env).routes()).find((one) => one.name === name);
      if (route !== undefined) requireFamilies(c.var.operator, route.match.families);
      valueOrThrow(await desk(c.env).removeRoute(name));
      return c.body(null, 204);
    },
  );
}

function addSilences(app: OpsApp): void {
  app.openapi(
    createRoute({
      method: "get",
      path: `${path}/silences`,
      summary: "Of which incidents nobody is told at the moment, why and until when",
      middleware: [operators("viewer")] as const,
      responses: { 200: json(z.object({ silences: z.array(silence) }), "Those that are not over") },
    }),
    async (c) => {
      const { operator } = c.var;
      const silences = await desk(c.env).silences();
      return c.json({ silences: silences.filter(({ match }) => maySee(operator, match.families)) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/silences`,
      summary: "Tell nobody of some incidents for a while",
      middleware: [operators("operator"), mutation("alert.silence.add")] as const,
      request: { body: body(newSilence) },
      responses: { 201: json(silence, "Silenced") },
    }),
    async (c) => {
      const given = c.req.valid("json");
      requireFamilies(c.var.operator, given.match.families);
      return c.json(valueOrThrow(await desk(c.env).addSilence(given, c.var.operator.email)), 201);
    },
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: `${path}/silences/{id}`,
      summary: "End a silence: what it held back is told",
      middleware: [operators("operator"), mutation("alert.silence.remove")] as const,
      request: { params: z.object({ id: z.string().min(1).max(60) }) },
      responses: { 204: { description: "Ended" } },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const found = (await desk(c.env).silences()).find((one) => one.id === id);
      if (found !== undefined) requireFamilies(c.var.operator, found.match.families);
      valueOrThrow(await desk(c.env).removeSilence(id));
      return c.body(null, 204);
    },
  );
}

function addHeartbeat(app: OpsApp): void {
  app.openapi(
    createRoute({
      method: "get",
      path: `${path}/heartbeat`,
      summary: "The outside switch that calls for help when it has not heard of the plane",
      middleware: [operators("viewer")] as const,
      responses: { 200: json(z.object({ heartbeat: heartbeat.nullable() }), "How it stands; null: there is none") },
    }),
    async (c) => c.json({ heartbeat: await desk(c.env).heartbeat() }, 200),
  );
  app.openapi(
    createRoute({
      method: "put",
      path: `${path}/heartbeat`,
      summary: "Name the outside switch, or none (null)",
      middleware: [operators("admin"), mutation("alert.heartbeat.set")] as const,
      request: { body: body(z.strictObject({ heartbeat: newHeartbeat.nullable() })) },
      responses: { 200: json(z.object({ heartbeat: heartbeat.nullable() }), "How it stands") },
    }),
    async (c) => {
      requireRole(c.var.operator, "admin", undefined);
      valueOrThrow(await desk(c.env).setHeartbeat(c.req.valid("json").heartbeat));
      return c.json({ heartbeat: await desk(c.env).heartbeat() }, 200);
    },
  );
}

function addRules(app: OpsApp): void {
  const hub = (env: OpsEnvironment) => env.EVENT_HUB.getByName(onlyObject);
  app.openapi(
    createRoute({
      method: "get",
      path: `${path}/rules`,
      summary: "Which events open incidents",
      middleware: [operators("viewer")] as const,
      responses: { 200: json(z.object({ rules: z.array(eventRule) }), "All of them") },
    }),
    async (c) => {
      const rules = await hub(c.env).rules();
      return c.json({ rules: rules.filter(({ incident }) => maySee(c.var.operator, [incident.family])) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/rules`,
      summary: "Say which events open an incident; a rule of the same name is replaced",
      middleware: [operators("operator"), mutation("alert.rule.set")] as const,
      request: { body: body(eventRule) },
      responses: { 200: json(eventRule, "The rule") },
    }),
    async (c) => {
      // It looks at events of all families.
      requireRole(c.var.operator, "operator", undefined);
      const given = c.req.valid("json");
      c.set("family", given.incident.family);
      valueOrThrow(await hub(c.env).setRule(given));
      return c.json(given, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: `${path}/rules/{name}`,
      summary: "Remove a rule",
      middleware: [operators("operator"), mutation("alert.rule.remove")] as const,
      request: { params: z.object({ name: slug }) },
      responses: { 204: { description: "Removed" } },
    }),
    async (c) => {
      requireRole(c.var.operator, "operator", undefined);
      valueOrThrow(await hub(c.env).removeRule(c.req.valid("param").name));
      return c.body(null, 204);
    },
  );
}

/** What is for all families is for those who may act in all. @throws ProblemError 403 */
function requireFamilies(operator: Operator, families: readonly string[] | undefined): void {
  for (const family of families ?? [undefined]) requireRole(operator, "operator", family);
}

function maySee(operator: Operator, families: readonly string[] | undefined): boolean {
  const seen = familiesOf(operator, "viewer");
  return seen === "all" || families === undefined || families.some((family) => seen.includes(family));
}
