import { createRoute, z } from "@hono/zod-openapi";
import { type Rollout, rollout, rolloutPage, rolloutRequest } from "../../../contracts/ops-rollouts.ts";
import { ProblemError, valueOrThrow } from "../../problem/problem.ts";
import { onlyObject } from "../environment.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { familiesOf, may, type Operator } from "../operators/operator-of.ts";
import { populationsOf } from "../sync/children-of-plane.ts";
import { forgetReleases } from "./current-releases.ts";

const json = <S extends z.ZodType>(schema: S) => ({ "application/json": { schema } });
const list = z.object({ rollouts: z.array(rollout) });
const service = z.object({ service: z.string().min(1).max(40) });

/** Rollouts of configuration and security updates. */
export function rolloutRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "post",
      path: "/api/v1/rollouts",
      summary: "Offers a release to children, wave by wave",
      middleware: [operators("operator"), mutation("rollout.start")] as const,
      request: { body: { required: true, content: json(rolloutRequest) } },
      responses: { 201: { description: "It runs", content: json(rollout) } },
    }),
    async (c) => {
      const request = c.req.valid("json");
      const { families } = c.var.configuration;
      const wanted = new Set(request.waves.flatMap((wave) => wave.families ?? families));
      requireKnown([...wanted], families);
      for (const family of wanted) requireRole(c.var.operator, "operator", family);
      const populations = await populationsOf(c.env, [...wanted], request.service);
      const desk = c.env.ROLLOUT_DESK.getByName(onlyObject);
      const started = await desk.start(request, families, populations, c.var.operator.email);
      forgetReleases(c.env);
      return c.json(started, 201);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/rollouts",
      summary: "Rollouts, the newest first",
      middleware: [operators("viewer")] as const,
      request: {
        query: z.strictObject({
          before: z.coerce.number().int().min(1).optional(),
          limit: z.coerce.number().int().min(1).max(100).default(20),
        }),
      },
      responses: { 200: { description: "A page", content: json(rolloutPage) } },
    }),
    async (c) => {
      const { before = null, limit } = c.req.valid("query");
      const all = await c.env.ROLLOUT_DESK.getByName(onlyObject).list(before, limit);
      const next = all.length === limit ? (all.at(-1)?.counter ?? null) : null;
      return c.json({ rollouts: seenBy(c.var.operator, all), next }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/api/v1/rollouts/{service}",
      summary: "The rollouts of a service that stand",
      middleware: [operators("viewer")] as const,
      request: { params: service },
      responses: { 200: { description: "The newest first", content: json(list) } },
    }),
    async (c) => {
      const all = await c.env.ROLLOUT_DESK.getByName(onlyObject).ofService(c.req.valid("param").service);
      return c.json({ rollouts: seenBy(c.var.operator, all) }, 200);
    },
  );
  for (const [verb, paused] of [
    ["pause", true],
    ["resume", false],
  ] as const) {
    app.openapi(
      createRoute({
        method: "post",
        path: `/api/v1/rollouts/{service}/${verb}`,
        summary: paused ? "Offers nothing more, in any family" : "Goes on, also after it was halted",
        middleware: [operators("operator"), mutation(`rollout.${verb}`)] as const,
        request: { params: service },
        responses: { 200: { description: "Those that were changed", content: json(list) } },
      }),
      async (c) => {
        const desk = c.env.ROLLOUT_DESK.getByName(onlyObject);
        const name = c.req.valid("param").service;
        for (const { families } of await desk.ofService(name)) {
          for (const family of families) requireRole(c.var.operator, "operator", family);
        }
        const rollouts = valueOrThrow(await desk.setPaused(name, paused, c.var.operator.email));
        forgetReleases(c.env);
        return c.json({ rollouts }, 200);
      },
    );
  }
  return app;
}

/** Of each rollout what concerns the families that an operator has a role in. */
function seenBy(operator: Operator, all: readonly Rollout[]): Rollout[] {
  if (familiesOf(operator, "viewer") === "all") return [...all];
  return all
    .filter(({ families }) => families.some((family) => may(operator, "viewer", family)))
    .map((one) => ({ ...one, progress: one.progress.filter(({ family }) => may(operator, "viewer", family)) }));
}

/** @throws ProblemError 400 */
function requireKnown(wanted: readonly string[], families: readonly string[]): void {
  const unknown = wanted.filter((family) => !families.includes(family));
  if (unknown.length === 0) return;
  const detail = `waves: found the families ${unknown.join(", ")}; expected ${families.join(", ")}.`;
  throw new ProblemError({ status: 400, title: "Input not accepted", detail });
}
