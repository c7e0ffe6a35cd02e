import { createRoute, z } from "@hono/zod-openapi";
import { healthSummary, maintenance, maintenancePage, newMaintenance } from "../../../contracts/ops-health.ts";
import { registryDetail } from "../../../contracts/ops-registry.ts";
import { ProblemError, valueOrThrow } from "../../problem/problem.ts";
import { onlyObject } from "../environment.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf } from "../operators/operator-of.ts";
import { noService } from "../registry/list-routes.ts";

const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });

/** How everything is, looks on demand, and windows of maintenance. */
export function healthRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/health",
      summary: "How everything is, in numbers",
      middleware: [operators("viewer")] as const,
      responses: { 200: { description: "Of the families that the caller may see", content: json(healthSummary) } },
    }),
    async (c) => c.json(await c.env.DIRECTORY.getByName(onlyObject).summary(familiesOf(c.var.operator, "viewer")), 200),
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/api/v1/services/{name}/check",
      summary: "Look at a service now",
      middleware: [operators("operator"), mutation("health.check")] as const,
      request: { params: z.object({ name: z.string().min(1).max(100) }) },
      responses: { 200: { description: "The service after it", content: json(registryDetail) } },
    }),
    async (c) => {
      const { name } = c.req.valid("param");
      const directory = c.env.DIRECTORY.getByName(onlyObject);
      const found = await directory.get(name, familiesOf(c.var.operator, "viewer"));
      if (found === undefined) throw noService(name);
      requireRole(c.var.operator, "operator", found.family);
      return c.json(valueOrThrow(await directory.check(name)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/api/v1/maintenance",
      summary: "Plan or begin a window of maintenance",
      middleware: [operators("operator"), mutation("maintenance.plan")] as const,
      request: { body: { required: true, content: json(newMaintenance) } },
      responses: { 201: { description: "Planned", content: json(maintenance) } },
    }),
    async (c) => {
      const wanted = c.req.valid("json");
      const { family, services = [] } = wanted;
      requireRole(c.var.operator, "operator", family);
      const directory = c.env.DIRECTORY.getByName(onlyObject);
      const found = await Promise.all(
        services.map(async (name) => [name, await directory.get(name, [family])] as const),
      );
      const missing = found.flatMap(([name, service]) => (service === undefined ? [name] : []));
      if (missing.length > 0) {
        const detail = `services: the family ${family} has no service ${missing.join(", ")}`;
        throw new ProblemError({ status: 400, title: "Input not accepted", detail });
      }
      return c.json(valueOrThrow(await directory.planMaintenance(wanted, c.var.operator.email)), 201);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/maintenance",
      summary: "Windows of maintenance, the newest first",
      middleware: [operators("viewer")] as const,
      request: {
        query: z.strictObject({
          after: z.string().max(100).optional(),
          limit: z.coerce.number().int().min(1).max(500).default(50),
        }),
      },
      responses: { 200: { description: "A page", content: json(maintenancePage) } },
    }),
    async (c) => {
      const { after, limit } = c.req.valid("query");
      const families = familiesOf(c.var.operator, "viewer");
      return c.json(await c.env.DIRECTORY.getByName(onlyObject).maintenance(families, after, limit), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: "/api/v1/maintenance/{id}",
      summary: "End a window of maintenance now",
      middleware: [operators("operator"), mutation("maintenance.end")] as const,
      request: { params: z.object({ id: z.string().min(1).max(100) }) },
      responses: { 204: { description: "Ended" } },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const directory = c.env.DIRECTORY.getByName(onlyObject);
      const found = await directory.maintenanceWindow(id);
      const families = familiesOf(c.var.operator, "viewer");
      if (found === undefined || (families !== "all" && !families.includes(found.family))) {
        throw new ProblemError({
          status: 404,
          title: "Not found",
          detail: `There is no window ${id} that you may see.`,
        });
      }
      requireRole(c.var.operator, "operator", found.family);
      await directory.endMaintenance(id);
      return c.body(null, 204);
    },
  );
  return app;
}
