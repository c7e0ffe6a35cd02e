import { inspectRoutes } from "hono/dev";
import { expect, it } from "vitest";
import { planeApp } from "./app.ts";
import { nodePlane } from "./testing/node-plane.ts";

const reading = new Set(["ALL", "GET", "HEAD", "OPTIONS"]);

/**
 * What children say every five minutes is kept by their shard: a record of each would be 29 million a day. A service's heartbeat is the same. The dashboard's forms are calls of the
 * API, which is audited.
 */
const notAudited = /^\/(?:sync|incidents)(?:\/|$)|^\/api\/v1\/services\/:id\/heartbeat$/;

it("has every route that changes something behind the audit trail", () => {
  const handlers = new Map<string, string[]>();
  for (const { method, path, name } of inspectRoutes(planeApp())) {
    if (reading.has(method)) continue;
    handlers.set(`${method} ${path}`, [...(handlers.get(`${method} ${path}`) ?? []), name]);
  }
  expect([...handlers.keys()]).toContain("POST /api/v1/deployments");
  const unaudited = [...handlers].filter(
    ([route, names]) => !names.includes("audited") && !notAudited.test(route.replace(/^\S+ /, "")),
  );
  expect(unaudited.map(([route]) => route)).toEqual([]);
});

it("describes all of its API at /openapi.json", async () => {
  const plane = await nodePlane();
  const response = await plane.request("/openapi.json");
  expect(response.status).toBe(200);
  const { paths } = (await response.json()) as { paths: Record<string, object> };
  const described = Object.keys(paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ":$1"));
  const api = inspectRoutes(plane.app).filter(({ path, isMiddleware }) => path.startsWith("/api/v1/") && !isMiddleware);
  expect(new Set(described.filter((path) => path.startsWith("/api/v1/")))).toEqual(
    new Set(api.map(({ path }) => path)),
  );
});
