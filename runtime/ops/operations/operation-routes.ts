import { createRoute, z } from "@hono/zod-openapi";
import { newOperation, operation, operationPage } from "../../../contracts/ops-operations.ts";
import { ProblemError, valueOrThrow } from "../../problem/problem.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { json } from "../http/json-content.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf, may } from "../operators/operator-of.ts";

const path = "/api/v1/operations";
const id = z.string().regex(/^op-\d{1,15}$/);

/** Operations across services: maintenance on, drain, deploy, verify, maintenance off. */
export function operationRoutes(): OpsApp {
  const app = opsApp();
  const desk = (env: OpsEnvironment) => env.OPERATION_DESK.getByName(onlyObject);
  app.openapi(
    createRoute({
      method: "post",
      path,
      summary: "Put services into maintenance, wait for a deployment, and end it once all are healthy",
      middleware: [operators("operator"), mutation("operation.start")] as const,
      request: { body: { required: true, content: { "application/json": { schema: newOperation } } } },
      responses: { 201: json(operation, "Started") },
    }),
    async (c) => {
      const given = c.req.valid("json");
      requireRole(c.var.operator, "operator", given.family);
      c.set("family", given.family);
      return c.json(valueOrThrow(await desk(c.env).start(given, c.var.operator.email)), 201);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path,
      summary: "Operations of the families one may see, newest first",
      middleware: [operators("viewer")] as const,
      request: {
        query: z.strictObject({
          after: id.optional(),
          limit: z.coerce.number().int().min(1).max(100).default(20),
        }),
      },
      responses: { 200: json(operationPage, "A page") },
    }),
    async (c) => {
      const { after, limit } = c.req.valid("query");
      return c.json(await desk(c.env).list(familiesOf(c.var.operator, "viewer"), after, limit), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/{id}/cancel`,
      summary: "Undo an operation: the maintenance ends",
      middleware: [operators("operator"), mutation("operation.cancel")] as const,
      request: { params: z.object({ id }) },
      responses: { 200: json(operation, "It is being undone") },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const found = await desk(c.env).get(id);
      if (found === undefined || !may(c.var.operator, "viewer", found.family)) {
        throw new ProblemError({
          status: 404,
          title: "No such operation",
          detail: `There is no ${id} that you may see.`,
        });
      }
      requireRole(c.var.operator, "operator", found.family);
      c.set("family", found.family);
      return c.json(valueOrThrow(await desk(c.env).cancel(id, c.var.operator.email)), 200);
    },
  );
  return app;
}
