import { createRoute, z } from "@hono/zod-openapi";
import {
  budget,
  budgetInput,
  findingsPage,
  metricsPage,
  metricsWindow,
  serviceMetrics,
} from "../../../contracts/ops-metrics.ts";
import { ProblemError } from "../../problem/problem.ts";
import { onlyObject } from "../environment.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf, type Operator } from "../operators/operator-of.ts";
import type { MeterPage } from "./meter-object.ts";

const window = metricsWindow.default("24h");
const paging = z.strictObject({
  after: z.string().max(255).default(""),
  limit: z.coerce.number().int().min(1).max(50).default(20),
});
const named = z.object({ name: z.string().min(1).max(255) });
const viewers = operators("viewer");

/** What services did, what it costs, and what of it is worth a change. */
export function meterRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/metrics",
      summary: "Requests, errors, latency, CPU time and cost of each service",
      middleware: viewers,
      request: { query: paging.extend({ window }) },
      responses: answers("A page, in the order of names", metricsPage),
    }),
    async (c) => {
      const { window, ...query } = c.req.valid("query");
      const page = await c.env.METER.getByName(onlyObject).list(window, pageFor(c.var.operator, query));
      return c.json({ window, at: new Date(c.var.clock.now()).toISOString(), ...page }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/services/{name}/metrics",
      summary: "The same of one service, in steps",
      middleware: viewers,
      request: { params: named, query: z.strictObject({ window }) },
      responses: answers("Its metrics", serviceMetrics),
    }),
    async (c) => {
      const { name } = c.req.valid("param");
      const found = await c.env.METER.getByName(onlyObject).service(name, c.req.valid("query").window);
      if (found === undefined || !sees(c.var.operator, found.total.family)) throw absent(name);
      return c.json(found, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/findings",
      summary: "What a week of measuring says about how services are declared",
      middleware: viewers,
      request: { query: paging },
      responses: answers("Findings of a page of services, which may be none although more follow", findingsPage),
    }),
    async (c) => {
      const page = pageFor(c.var.operator, c.req.valid("query"));
      return c.json(await c.env.METER.getByName(onlyObject).findings(page), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/budgets",
      summary: "What services may cost in a month, and have cost",
      middleware: viewers,
      request: { query: paging },
      responses: answers("A page, in the order of names", z.object({ budgets: z.array(budget) })),
    }),
    async (c) => {
      const page = pageFor(c.var.operator, c.req.valid("query"));
      return c.json({ budgets: await c.env.METER.getByName(onlyObject).budgets(page) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "put",
      path: "/api/v1/budgets/{name}",
      summary: "Say what a service may cost in a month",
      middleware: [operators("operator"), mutation("budget.set")] as const,
      request: { params: named, body: { required: true, content: { "application/json": { schema: budgetInput } } } },
      responses: answers("The budget", budget),
    }),
    async (c) => {
      const { name } = c.req.valid("param");
      const meter = c.env.METER.getByName(onlyObject);
      requireRole(c.var.operator, "operator", await meter.family(name));
      return c.json(await meter.setBudget(name, c.req.valid("json").dollarsPerMonth), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: "/api/v1/budgets/{name}",
      summary: "Take the budget of a service away",
      middleware: [operators("operator"), mutation("budget.remove")] as const,
      request: { params: named },
      responses: { 204: { description: "It has none any more" } },
    }),
    async (c) => {
      const { name } = c.req.valid("param");
      const meter = c.env.METER.getByName(onlyObject);
      requireRole(c.var.operator, "operator", await meter.family(name));
      if (!(await meter.removeBudget(name))) throw absent(`budget of ${name}`);
      return c.body(null, 204);
    },
  );
  return app;
}

function answers<T extends z.ZodType>(description: string, schema: T) {
  return { 200: { description, content: { "application/json": { schema } } } };
}

function pageFor(operator: Operator, query: { after: string; limit: number }): MeterPage {
  const families = familiesOf(operator, "viewer");
  return { ...query, ...(families !== "all" && { families }) };
}

function sees(operator: Operator, family: string | undefined): boolean {
  const families = familiesOf(operator, "viewer");
  return families === "all" || (family !== undefined && families.includes(family));
}

function absent(what: string): ProblemError {
  return new ProblemError({
    status: 404,
    title: "Not found",
    detail: `There is no ${what}, or it is not yours to see.`,
  });
}
