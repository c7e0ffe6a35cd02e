import { createRoute, z } from "@hono/zod-openapi";
import { scan, scanPage, scanRequest } from "../../../contracts/ops-security.ts";
import { onlyObject } from "../environment.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf } from "../operators/operator-of.ts";

/** Security scans of the services, and what they found. */
export function scanRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/scans",
      summary: "The last scan, and what is wrong with services of the caller's families",
      middleware: operators("viewer"),
      request: {
        query: z.strictObject({
          after: z.string().max(200).default(""),
          limit: z.coerce.number().int().min(1).max(500).default(100),
        }),
      },
      responses: { 200: { description: "A page", content: { "application/json": { schema: scanPage } } } },
    }),
    async (c) => {
      const families = familiesOf(c.var.operator, "viewer");
      const page = { ...c.req.valid("query"), ...(families !== "all" && { families }) };
      return c.json(await c.env.METER.getByName(onlyObject).scanPage(page), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/api/v1/scans",
      summary: "Begin a scan, with what was found where the plane cannot look; while one runs, no other begins",
      middleware: [operators("operator"), mutation("scan.begin")] as const,
      request: { body: { required: true, content: { "application/json": { schema: scanRequest } } } },
      responses: { 202: { description: "The scan that runs", content: { "application/json": { schema: scan } } } },
    }),
    async (c) => {
      requireRole(c.var.operator, "operator", undefined);
      const request = c.req.valid("json");
      if (request.certificates.length > 0) {
        await c.env.DIRECTORY.getByName(onlyObject).setCertificates(request.certificates);
      }
      const begun = await c.env.METER.getByName(onlyObject).beginScan(c.var.actor.id, request);
      return c.json(begun, 202);
    },
  );
  return app;
}
