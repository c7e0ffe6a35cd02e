import { createHash } from "node:crypto";
import { createRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import {
  type ChildState,
  enrolment,
  healthMessage,
  incidentsMessage,
  metricsMessage,
  offerAnswer,
  type ReleaseKind,
  runsMessage,
  type SyncAnswer,
  syncAnswer,
  syncTick,
} from "../../../contracts/ops-sync.ts";
import { ProblemError, valueOrThrow } from "../../problem/problem.ts";
import { onlyObject } from "../environment.ts";
import { mutation } from "../http/mutation.ts";
import { type OpsApp, type OpsContext, opsApp } from "../http/ops-app.ts";
import { currentReleases } from "../rollouts/current-releases.ts";
import { signRelease } from "../rollouts/sign-release.ts";
import type { ChildMessage, Taken } from "./child-object.ts";
import { shardOf } from "./child-shards.ts";
import { children } from "./children.ts";

type ChildContext = Context<OpsContext>;

const json = <S extends z.ZodType>(schema: S) => ({ "application/json": { schema } });
const answers = { 200: { description: "What comes next", content: json(syncAnswer) } };
const bodyOf = <S extends z.ZodType>(schema: S) => ({ body: { required: true, content: json(schema) } });

/** What children say and ask. Each call is signed with the child's key, and stored by its shard before it is answered. */
export function syncRoutes(): OpsApp {
  const app = opsApp();
  const common = { method: "post", responses: answers } as const;
  app.openapi(
    createRoute({
      ...common,
      path: "/sync/enrol",
      summary: "A child makes itself known",
      middleware: [children, mutation("child.enrol", { family: (c) => c.get("caller").name.family })] as const,
      request: bodyOf(enrolment),
    }),
    async (c) => {
      const { runs, state } = c.req.valid("json");
      requireDigest(runs, state);
      return c.json(await answer(c, await receive(c, { enrol: true, runs, state })), 200);
    },
  );
  app.openapi(
    createRoute({
      ...common,
      path: "/sync",
      summary: "All that a child has to say and to ask every five minutes",
      middleware: [children] as const,
      request: bodyOf(syncTick),
    }),
    async (c) => {
      const { version: _, reports = [], ...message } = c.req.valid("json");
      if (message.state !== undefined) requireDigest(message.runs, message.state);
      const taken = await receive(c, message);
      if (reports.length > 0) await c.env.ROLLOUT_DESK.getByName(onlyObject).report(c.get("caller").name, reports);
      return c.json(await answer(c, taken), 200);
    },
  );
  app.openapi(
    createRoute({
      ...common,
      path: "/sync/health",
      summary: "How a child is",
      middleware: [children] as const,
      request: bodyOf(healthMessage),
    }),
    async (c) => c.json(await answer(c, await receive(c, { health: c.req.valid("json").health })), 200),
  );
  app.openapi(
    createRoute({
      ...common,
      path: "/sync/metrics",
      summary: "A child's numbers",
      middleware: [children] as const,
      request: bodyOf(metricsMessage),
    }),
    async (c) => c.json(await answer(c, await receive(c, { metrics: c.req.valid("json").metrics })), 200),
  );
  app.openapi(
    createRoute({
      ...common,
      path: "/sync/incidents",
      summary: "Something is wrong at a child, or right again",
      middleware: [children] as const,
      request: bodyOf(incidentsMessage),
    }),
    async (c) => c.json(await answer(c, await receive(c, { incidents: c.req.valid("json").incidents })), 200),
  );
  for (const [path, kind] of [
    ["/sync/config", "configuration"],
    ["/sync/updates", "update"],
  ] as const) {
    app.openapi(
      createRoute({
        method: "get",
        path,
        summary: `The ${kind} to apply, if there is a newer one`,
        middleware: [children] as const,
        request: { query: z.strictObject({ since: z.coerce.number().int().min(0).default(0) }) },
        responses: { 200: { description: "A signed release, or none", content: json(offerAnswer) } },
      }),
      async (c) => {
        const { state } = await receive(c, {});
        if (state === null) throw unknownState();
        const asked = { ...state, [kind]: c.req.valid("query").since };
        const [offer = null] = await offers(c, asked, [kind]);
        return c.json({ offer }, 200);
      },
    );
  }
  return app;
}

async function receive(c: ChildContext, message: ChildMessage): Promise<Taken> {
  const { name, call } = c.get("caller");
  const { id, expires } = call;
  return valueOrThrow(await c.env.CHILD_SHARD.getByName(shardOf(name)).receive(name, { id, expires }, message));
}

async function answer(c: ChildContext, { nextSeconds, state }: Taken): Promise<SyncAnswer> {
  const at = new Date(c.get("clock").now()).toISOString();
  if (state === null) return { at, nextSeconds, report: "full", offers: [] };
  return { at, nextSeconds, report: "changes", offers: (await mayBeOffered(c, state)) ? await offers(c, state) : [] };
}

/** Most ticks need nothing, and the desk is not asked. */
async function mayBeOffered(c: ChildContext, state: ChildState): Promise<boolean> {
  const { family } = c.get("caller").name;
  return (await currentReleases(c.env, c.get("clock"))).some(
    (one) => one.open && one.family === family && one.service === state.service && one.counter > state[one.kind],
  );
}

async function offers(
  c: ChildContext,
  state: ChildState,
  kinds: readonly ReleaseKind[] = ["configuration", "update"],
): Promise<string[]> {
  const { name } = c.get("caller");
  const offered = await c.env.ROLLOUT_DESK.getByName(onlyObject).offer(name, state, kinds);
  return await Promise.all(offered.map((offer) => signRelease(offer, name, c.env, c.get("clock").now())));
}

/** @throws ProblemError 400 */
function requireDigest(runs: string, state: ChildState): void {
  if (createHash("sha256").update(runsMessage(state)).digest("hex") === runs) return;
  const detail = "runs: it is not the digest of state. It has to be the SHA-256 of runsMessage(state), in hexadecimal.";
  throw new ProblemError({ status: 400, title: "Input not accepted", detail });
}

function unknownState(): ProblemError {
  const detail = "What the child runs is not known here. Send a tick with `state` first.";
  return new ProblemError({ status: 409, title: "State not known", detail });
}
