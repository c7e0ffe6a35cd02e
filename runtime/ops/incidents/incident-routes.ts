import { createRoute, z } from "@hono/zod-openapi";
import {
  type IncidentAction,
  incident,
  incidentActions,
  incidentDetail,
  incidentPage,
  newIncident,
  severities,
} from "../../../contracts/ops-incidents.ts";
import { valueOrThrow } from "../../problem/problem.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { body, json } from "../http/json-content.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf } from "../operators/operator-of.ts";
import { noIncident } from "./incident-problems.ts";

const path = "/api/v1/incidents";
const id = z.object({ id: z.string().min(1).max(40) });

/** Incidents: list, open, read, and what is done with them. */
export function incidentRoutes(): OpsApp {
  const app = opsApp();
  const desk = (env: OpsEnvironment) => env.INCIDENT_DESK.getByName(onlyObject);
  app.openapi(
    createRoute({
      method: "get",
      path,
      summary: "Incidents of the families one may see, newest first, with their numbers",
      middleware: [operators("viewer")] as const,
      request: {
        query: z.strictObject({
          state: z.enum(["current", "resolved"]).optional(),
          family: z.string().max(40).optional(),
          severity: z.enum(severities).optional(),
          subject: z.string().max(200).optional(),
          after: z
            .string()
            .regex(/^inc-\d{1,15}$/)
            .optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50),
        }),
      },
      responses: { 200: json(incidentPage, "A page") },
    }),
    async (c) => {
      const { family, ...query } = c.req.valid("query");
      if (family !== undefined) requireRole(c.var.operator, "viewer", family);
      const families = family === undefined ? familiesOf(c.var.operator, "viewer") : [family];
      return c.json(await desk(c.env).list({ ...query, families }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path,
      summary: "Open an incident; one that is open under the same fingerprint takes it in (200)",
      middleware: [operators("operator"), mutation("incident.open")] as const,
      request: { body: body(newIncident) },
      responses: { 200: json(incidentDetail, "It was open"), 201: json(incidentDetail, "Opened") },
    }),
    async (c) => {
      const said = c.req.valid("json");
      requireRole(c.var.operator, "operator", said.family);
      c.set("family", said.family);
      const signal = {
        ...said,
        fingerprint: said.fingerprint ?? `manual/${crypto.randomUUID()}`,
        source: c.var.operator.email,
        at: new Date(c.var.clock.now()).toISOString(),
      };
      const { id, opened } = await desk(c.env).raise(signal, c.var.actor);
      const raised = await desk(c.env).get(id, "all");
      if (raised === undefined) throw noIncident(id);
      c.header("location", `${path}/${id}`);
      return c.json(raised, opened ? 201 : 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: `${path}/{id}`,
      summary: "An incident with its history, what changed before it, and its review",
      middleware: [operators("viewer")] as const,
      request: { params: id },
      responses: { 200: json(incidentDetail, "The incident") },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const found = await desk(c.env).get(id, familiesOf(c.var.operator, "viewer"));
      if (found === undefined) throw noIncident(id);
      return c.json(found, 200);
    },
  );
  for (const [kind, schema] of Object.entries(incidentActions)) {
    app.openapi(
      createRoute({
        method: "post",
        path: `${path}/{id}/${kind}`,
        summary: summaries[kind as IncidentAction["kind"]],
        middleware: [operators("operator"), mutation(`incident.${kind}`)] as const,
        request: { params: id, body: body(schema as z.ZodType) },
        responses: { 200: json(incident, "The incident as it is now") },
      }),
      async (c) => {
        const { id } = c.req.valid("param");
        const found = await desk(c.env).get(id, familiesOf(c.var.operator, "viewer"));
        if (found === undefined) throw noIncident(id);
        requireRole(c.var.operator, "operator", found.family);
        c.set("family", found.family);
        const action = { kind, ...(c.req.valid("json") as object) } as IncidentAction;
        return c.json(valueOrThrow(await desk(c.env).act(id, action, c.var.actor)), 200);
      },
    );
  }
  return app;
}

const summaries: Record<IncidentAction["kind"], string> = {
  ack: "Take care of an incident: it is escalated no further by itself",
  escalate: "Call for more help, and say that it is worse",
  resolve: "Say that it is over, and what ended it",
  note: "Add a note to its history",
  review: "Write what was learnt from a resolved incident; a second review replaces the first",
};
