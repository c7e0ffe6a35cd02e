import { createRoute, z } from "@hono/zod-openapi";
import { challenge, challengeRequest, heartbeat, registered, registration } from "../../../contracts/ops-registry.ts";
import { ProblemError, valueOrThrow } from "../../problem/problem.ts";
import { onlyObject } from "../environment.ts";
import { mutation } from "../http/mutation.ts";
import { operators, requireRole } from "../http/operators.ts";
import { type OpsApp, opsApp } from "../http/ops-app.ts";
import { refusalOf } from "../outbound/address-rules.ts";

const json = <T extends z.ZodType>(schema: T) => ({ "application/json": { schema } });

/** How services that are not of the catalog register themselves, and stay registered. */
export function registryRoutes(): OpsApp {
  const app = opsApp();
  app.openapi(
    createRoute({
      method: "post",
      path: "/api/v1/challenge",
      summary: "Begin to register: answers what an endpoint has to show to be yours",
      middleware: [operators("operator"), mutation("service.challenge")] as const,
      request: { body: { required: true, content: json(challengeRequest) } },
      responses: { 201: { description: "To be answered within ten minutes", content: json(challenge) } },
    }),
    async (c) => {
      const { name, endpoint } = c.req.valid("json");
      requireAllowed({ endpoint }, c.var.configuration.environment);
      return c.json(valueOrThrow(await c.env.DIRECTORY.getByName(onlyObject).challenge(name, endpoint)), 201);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/api/v1/services",
      summary: "Register a service whose endpoint answers its challenge",
      middleware: [operators("operator"), mutation("service.register")] as const,
      request: { body: { required: true, content: json(registration) } },
      responses: { 201: { description: "Registered, as long as it is heard", content: json(registered) } },
    }),
    async (c) => {
      const wanted = c.req.valid("json");
      const { endpoint, health_check_url, metadata } = wanted;
      requireRole(c.var.operator, "operator", metadata.family);
      const { environment, families } = c.var.configuration;
      if (!families.includes(metadata.family)) {
        throw refused(`metadata.family: there is no family ${metadata.family}; there are ${families.join(", ")}`);
      }
      requireAllowed({ endpoint, health_check_url, "metadata.mcp_url": metadata.mcp_url }, environment);
      return c.json(valueOrThrow(await c.env.DIRECTORY.getByName(onlyObject).register(wanted)), 201);
    },
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/api/v1/services/{id}/heartbeat",
      summary: "Say that a registered service lives, with the token of its registration as a bearer",
      request: {
        params: z.object({ id: z.string().min(1).max(100) }),
        body: { required: true, content: json(heartbeat) },
      },
      responses: { 200: { description: "Heard", content: json(z.object({ service: z.string() })) } },
    }),
    async (c) => {
      const token = c.req.header("authorization")?.match(/^Bearer (\S{1,200})$/i)?.[1];
      if (token === undefined) {
        const detail = "A heartbeat carries the token of its registration: `Authorization: Bearer <token>`.";
        throw new ProblemError({ status: 401, title: "Not signed in", detail });
      }
      const { id } = c.req.valid("param");
      const heard = await c.env.DIRECTORY.getByName(onlyObject).heartbeat(id, token, c.req.valid("json"));
      return c.json(valueOrThrow(heard), 200);
    },
  );
  app.openapi(
    createRoute({
      method: "delete",
      path: "/api/v1/services/{id}",
      summary: "Let a registered service go",
      middleware: [operators("operator"), mutation("service.deregister")] as const,
      request: { params: z.object({ id: z.string().min(1).max(100) }) },
      responses: { 204: { description: "Gone" } },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const directory = c.env.DIRECTORY.getByName(onlyObject);
      const found = await directory.registered(id);
      if (found === undefined) {
        const detail = "There is no such registration. A service of the catalog goes when it is no longer deployed.";
        throw new ProblemError({ status: 404, title: "Not found", detail });
      }
      requireRole(c.var.operator, "operator", found.family);
      await directory.deregister(id);
      return c.body(null, 204);
    },
  );
  return app;
}

/** @throws ProblemError 400 with every address that is not asked here */
function requireAllowed(addresses: Record<string, string | undefined>, environment: string): void {
  const problems = Object.entries(addresses).flatMap(([field, address]) => {
    const refusal = address === undefined ? undefined : refusalOf(address, { local: environment === "local" });
    return refusal === undefined ? [] : [`${field}: the address ${refusal}`];
  });
  if (problems.length > 0) throw refused(problems.join("; "));
}

function refused(detail: string): ProblemError {
  return new ProblemError({ status: 400, title: "Input not accepted", detail });
}
