import { createRoute, z } from "@hono/zod-openapi";
import {
  type ChildRecord,
  childConditions,
  childCounts,
  childName,
  childPage,
  childRecord,
} from "../../../contracts/ops-sync.ts";
import { ProblemError } from "../../problem/problem.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf } from "../operators/operator-of.ts";
import { shardOf } from "./child-shards.ts";
import { countChildren, pageOfChildren } from "./children-of-plane.ts";

const json = <S extends z.ZodType>(schema: S) => ({ "application/json": { schema } });

/** The children, for operators: each sees those of the families that it has a role in. */
export function childrenRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/children",
      summary: "Children, in pages",
      middleware: [operators("viewer")] as const,
      request: {
        query: z.strictObject({
          family: z.string().min(1).max(40).optional(),
          version: z.string().min(1).max(80).optional(),
          condition: z.enum(childConditions).optional(),
          after: z.string().max(120).optional(),
          limit: z.coerce.number().int().min(1).max(500).default(100),
        }),
      },
      responses: { 200: { description: "A page", content: json(childPage) } },
    }),
    async (c) => {
      const { family, version, condition, after, limit } = c.req.valid("query");
      if (family !== undefined) requireRole(c.var.operator, "viewer", family);
      const families = family === undefined ? familiesOf(c.var.operator, "viewer") : [family];
      const page = await pageOfChildren(c.env, { families, version, condition }, after, limit);
      if (page === undefined) throw badPlace();
      return c.json(page, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/children/counts",
      summary: "How many children there are, by family, version and condition",
      middleware: [operators("viewer")] as const,
      responses: { 200: { description: "The counts", content: json(childCounts) } },
    }),
    async (c) => c.json(await countChildren(c.env, familiesOf(c.var.operator, "viewer"), c.var.clock.now()), 200),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/children/{family}/{child}",
      summary: "A child",
      middleware: [operators("viewer")] as const,
      request: { params: childName },
      responses: { 200: { description: "The child", content: json(childRecord) } },
    }),
    async (c) => {
      const name = c.req.valid("param");
      requireRole(c.var.operator, "viewer", name.family);
      return c.json(existing(await c.env.CHILD_SHARD.getByName(shardOf(name)).find(name)), 200);
    },
  );
  for (const [verb, revoked] of [
    ["revoke", true],
    ["restore", false],
  ] as const) {
    app.openapi(
      createRoute({
        method: "post",
        path: `/api/v1/children/{family}/{child}/${verb}`,
        summary: revoked ? "Takes nothing of a child any more" : "Takes a revoked child in again",
        middleware: [operators("admin"), mutation(`child.${verb}`, { family: (c) => c.req.param("family") })] as const,
        request: { params: childName },
        responses: { 200: { description: "The child", content: json(childRecord) } },
      }),
      async (c) => {
        const name = c.req.valid("param");
        requireRole(c.var.operator, "admin", name.family);
        return c.json(existing(await c.env.CHILD_SHARD.getByName(shardOf(name)).setRevoked(name, revoked)), 200);
      },
    );
  }
  return app;
}

function existing(record: ChildRecord | null): ChildRecord {
  if (record !== null) return record;
  const detail = "There is no such child. It makes itself known with its first tick.";
  throw new ProblemError({ status: 404, title: "No such child", detail });
}

function badPlace(): ProblemError {
  const detail = "after: it is no place in the list; expected `next` of the page before.";
  return new ProblemError({ status: 400, title: "Input not accepted", detail });
}
