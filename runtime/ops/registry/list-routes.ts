import { createRoute, z } from "@hono/zod-openapi";
import { healthState } from "../../../contracts/ops-health.ts";
import {
  mcpServers,
  registryCategories,
  registryDetail,
  registryManifest,
  registryPage,
  registryStats,
  toolPage,
} from "../../../contracts/ops-registry.ts";
import { ProblemError } from "../../problem/problem.ts";
import { onlyObject } from "../environment.ts";
import { operators } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf, type Operator } from "../operators/operator-of.ts";
import type { Families } from "./registry-view.ts";

const paging = {
  after: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};
const filter = {
  ...paging,
  family: z.string().min(1).max(40).optional(),
  health: healthState.optional(),
};
const middleware = operators("viewer");
const answers = <T extends z.ZodType>(description: string, schema: T) => ({
  200: { description, content: { "application/json": { schema } } },
});

/** What the registry answers to those who read it. Every list is of the families that the caller may see. */
export function listRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/services",
      summary: "Services by name, with how they are",
      middleware,
      request: { query: z.strictObject(filter) },
      responses: answers("A page", registryPage),
    }),
    async (c) => {
      const { family, ...query } = c.req.valid("query");
      const families = seen(c.var.operator, family);
      return c.json(await c.env.DIRECTORY.getByName(onlyObject).list({ ...query, families }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/search",
      summary: "Services that have all of the words somewhere",
      middleware,
      request: { query: z.strictObject({ ...filter, q: z.string().trim().min(1).max(200) }) },
      responses: answers("A page", registryPage),
    }),
    async (c) => {
      const { family, q: text, ...query } = c.req.valid("query");
      const families = seen(c.var.operator, family);
      return c.json(await c.env.DIRECTORY.getByName(onlyObject).list({ ...query, text, families }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/services/{name}",
      summary: "A service: how it is watched, its ninety days, what it needs and what needs it",
      middleware,
      request: { params: z.object({ name: z.string().min(1).max(100) }) },
      responses: answers("The service", registryDetail),
    }),
    async (c) => {
      const { name } = c.req.valid("param");
      const found = await c.env.DIRECTORY.getByName(onlyObject).get(name, seen(c.var.operator, undefined));
      if (found === undefined) throw noService(name);
      return c.json(found, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/tools",
      summary: "Tools that services offer, by name",
      middleware,
      request: { query: z.strictObject(paging) },
      responses: answers("A page", toolPage),
    }),
    async (c) => {
      const query = { ...c.req.valid("query"), families: seen(c.var.operator, undefined) };
      return c.json(await c.env.DIRECTORY.getByName(onlyObject).tools(query), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/stats",
      summary: "How many services there are of each kind",
      middleware,
      responses: answers("Counts", registryStats),
    }),
    async (c) => c.json(await c.env.DIRECTORY.getByName(onlyObject).stats(seen(c.var.operator, undefined)), 200),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/categories",
      summary: "Where services run, with how many",
      middleware,
      responses: answers("Counts", registryCategories),
    }),
    async (c) => c.json(await c.env.DIRECTORY.getByName(onlyObject).categories(seen(c.var.operator, undefined)), 200),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/manifest",
      summary: "Every service in short, for whoever keeps a copy",
      middleware,
      request: { query: z.strictObject(paging) },
      responses: answers("A page", registryManifest),
    }),
    async (c) => {
      const query = { ...c.req.valid("query"), families: seen(c.var.operator, undefined) };
      return c.json(await c.env.DIRECTORY.getByName(onlyObject).manifest(query), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/v0.1/servers",
      summary: "Servers of the Model Context Protocol, as its registries list them",
      middleware,
      request: { query: z.object({ cursor: z.string().max(300).optional(), limit: paging.limit }) },
      responses: answers("A page", mcpServers),
    }),
    async (c) => {
      const { cursor, limit } = c.req.valid("query");
      const query = {
        ...(cursor !== undefined && { after: cursor }),
        limit,
        families: seen(c.var.operator, undefined),
      };
      return c.json(await c.env.DIRECTORY.getByName(onlyObject).mcpServers(query), 200);
    },
  );
  return app;
}

/** The families that are asked for, of those the caller may see. */
function seen(operator: Operator, family: string | undefined): Families {
  const families = familiesOf(operator, "viewer");
  if (family === undefined) return families;
  return families === "all" || families.includes(family) ? [family] : [];
}

export function noService(name: string): ProblemError {
  const detail = `There is no service ${name} that you may see. GET /api/v1/services lists those there are.`;
  return new ProblemError({ status: 404, title: "Not found", detail });
}
