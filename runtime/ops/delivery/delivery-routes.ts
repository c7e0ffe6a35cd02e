import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { deadLetterPage, type EndpointReport, secretRotation, slug } from "../../../contracts/ops-deliveries.ts";
import { ProblemError, valueOrThrow } from "../../problem/problem.ts";
import type { Remote } from "../../storage/object-namespace.ts";
import type { OpsEnvironment } from "../environment.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, type OpsContext, opsApp } from "../http/ops-app.ts";
import { familiesOf } from "../operators/operator-of.ts";
import type { DeliveryObject } from "./delivery-object.ts";

interface Options<S extends z.ZodType<EndpointReport>> {
  /** e.g. `/api/v1/subscriptions` */
  path: string;
  /** What one of them is called in the audit trail, e.g. `subscription`. */
  noun: string;
  report: S;
  object(env: OpsEnvironment): Remote<DeliveryObject<z.output<S>>>;
}

/** What subscriptions and alert destinations have in common: list, remove, enable, rotate the secret, dead letters and sending them again. */
export function deliveryRoutes<S extends z.ZodType<EndpointReport>>({
  path,
  noun,
  report,
  object,
}: Options<S>): OpsApp {
  const app = opsApp();
  const json = <T extends z.ZodType>(schema: T, description: string) => ({
    description,
    content: { "application/json": { schema } },
  });
  const params = z.object({ id: slug });
  /** @throws ProblemError 404, 403 */
  const require = async (c: Context<OpsContext>, id: string, role: "viewer" | "operator") => {
    const found = await object(c.env).endpoint(id, familiesOf(c.var.operator, "viewer"));
    if (found === undefined) {
      throw new ProblemError({
        status: 404,
        title: "No such receiver",
        detail: `There is no ${noun} ${id} that you may see.`,
      });
    }
    requireRole(c.var.operator, role, found.target.family);
    if (found.target.family !== undefined) c.set("family", found.target.family);
    return found;
  };
  app.openapi(
    createRoute({
      method: "get",
      path,
      summary: `Every ${noun} that one may see, and how it stands`,
      middleware: [operators("viewer")] as const,
      responses: { 200: json(z.object({ endpoints: z.array(report) }), "All of them") },
    }),
    async (c) =>
      c.json({ endpoints: await object(c.env).endpoints(familiesOf(c.var.operator, "viewer")) }, 200) as never,
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: `${path}/{id}`,
      summary: `Remove a ${noun}, with what waits for it and its dead letters`,
      middleware: [operators("operator"), mutation(`${noun}.remove`)] as const,
      request: { params },
      responses: { 204: { description: "Removed" } },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await require(c, id, "operator");
      valueOrThrow(await object(c.env).removeEndpoint(id));
      return c.body(null, 204);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/{id}/enable`,
      summary: `Send to a disabled ${noun} again what comes from now on`,
      middleware: [operators("operator"), mutation(`${noun}.enable`)] as const,
      request: { params },
      responses: { 200: json(report, "How it stands") },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await require(c, id, "operator");
      return c.json(valueOrThrow(await object(c.env).enableEndpoint(id)), 200) as never;
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/{id}/secret`,
      summary: "Sign with a new secret, and for a while with the one before as well",
      middleware: [operators("operator"), mutation(`${noun}.rotate`)] as const,
      request: { params, body: { required: true, content: { "application/json": { schema: secretRotation } } } },
      responses: { 200: json(report, "How it stands") },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await require(c, id, "operator");
      return c.json(valueOrThrow(await object(c.env).rotateSecret(id, c.req.valid("json"))), 200) as never;
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: `${path}/{id}/dead-letters`,
      summary: "What it did not take",
      middleware: [operators("viewer")] as const,
      request: {
        params,
        query: z.strictObject({
          after: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(500).default(100),
        }),
      },
      responses: { 200: json(deadLetterPage, "A page, oldest first") },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await require(c, id, "viewer");
      return c.json(await object(c.env).deadLetters({ endpoint: id, ...c.req.valid("query") }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: `${path}/{id}/dead-letters/replay`,
      summary: "Send one dead letter, or all, again",
      middleware: [operators("operator"), mutation(`${noun}.replay`)] as const,
      request: {
        params,
        body: {
          required: true,
          content: { "application/json": { schema: z.strictObject({ id: z.int().min(1).optional() }) } },
        },
      },
      responses: { 200: json(z.object({ replayed: z.int() }), "How many are on their way again") },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await require(c, id, "operator");
      return c.json(valueOrThrow(await object(c.env).replay(id, c.req.valid("json").id)), 200);
    },
  );
  return app;
}
