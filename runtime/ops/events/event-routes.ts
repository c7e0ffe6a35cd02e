import { createRoute, z } from "@hono/zod-openapi";
import {
  cloudEvent,
  eventPage,
  newSubscription,
  publishedEvents,
  subscription,
  topic,
} from "../../../contracts/ops-events.ts";
import { valueOrThrow } from "../../problem/problem.ts";
import { deliveryRoutes } from "../delivery/delivery-routes.ts";
import { onlyObject } from "../environment.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf } from "../operators/operator-of.ts";

const path = "/api/v1/events";
const subscriptionPath = "/api/v1/subscriptions";
/** One event counts as a batch of one. */
const batch = z.array(cloudEvent).min(1).max(100);

/** Events: publish, read, subscribe to. */
export function eventRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "post",
      path,
      summary: "Publish a CloudEvent 1.0 (JSON), or up to a hundred of them; they are stored before this is answered",
      middleware: [operators("operator"), mutation("event.publish")] as const,
      request: {
        body: {
          required: true,
          content: {
            "application/json": { schema: z.preprocess((given) => (Array.isArray(given) ? given : [given]), batch) },
          },
        },
      },
      responses: {
        202: { description: "Stored", content: { "application/json": { schema: publishedEvents } } },
      },
    }),
    async (c) => {
      const events = c.req.valid("json");
      for (const family of new Set(events.map((event) => event.family))) {
        requireRole(c.var.operator, "operator", family);
      }
      return c.json({ events: valueOrThrow(await c.env.EVENT_HUB.getByName(onlyObject).publishAll(events)) }, 202);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path,
      summary: "Stored events of the families one may see: in order after a sequence number, or backwards before one",
      middleware: [operators("viewer")] as const,
      request: {
        query: z.strictObject({
          topic: topic.optional(),
          after: z.coerce.number().int().min(0).optional(),
          before: z.coerce.number().int().min(1).optional(),
          limit: z.coerce.number().int().min(1).max(500).default(100),
        }),
      },
      responses: { 200: { description: "A page", content: { "application/json": { schema: eventPage } } } },
    }),
    async (c) => {
      const families = familiesOf(c.var.operator, "viewer");
      return c.json(await c.env.EVENT_HUB.getByName(onlyObject).list({ ...c.req.valid("query"), families }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: subscriptionPath,
      summary: "Have events sent to a receiver as Standard Webhooks",
      middleware: [operators("operator"), mutation("subscription.add")] as const,
      request: { body: { required: true, content: { "application/json": { schema: newSubscription } } } },
      responses: { 201: { description: "Added", content: { "application/json": { schema: subscription } } } },
    }),
    async (c) => {
      const given = c.req.valid("json");
      requireRole(c.var.operator, "operator", given.family);
      if (given.family !== undefined) c.set("family", given.family);
      return c.json(valueOrThrow(await c.env.EVENT_HUB.getByName(onlyObject).subscribe(given)), 201);
    },
  );
  app.route(
    "/",
    deliveryRoutes({
      path: subscriptionPath,
      noun: "subscription",
      report: subscription,
      object: (env) => env.EVENT_HUB.getByName(onlyObject),
    }),
  );
  return app;
}
