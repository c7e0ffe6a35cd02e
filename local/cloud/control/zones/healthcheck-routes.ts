import { z } from "zod";
import { resources } from "../../store/records/resources.ts";
import { crudRoutes } from "../crud.ts";
import { hexId } from "../ids.ts";
import type { Route } from "../route.ts";

const healthcheckBody = z.looseObject({
  name: z.string().regex(/^[A-Za-z0-9_-]+$/, "expected letters, digits, dashes and underscores"),
  address: z.string().min(1),
  type: z.enum(["HTTP", "HTTPS", "TCP"]).default("HTTP"),
  interval: z.int().min(5).max(3600).default(60),
  retries: z.int().min(0).max(5).default(2),
  timeout: z.int().min(1).max(60).default(5),
  consecutive_fails: z.int().min(1).default(1),
  consecutive_successes: z.int().min(1).default(1),
  suspended: z.boolean().default(false),
});

/** Standalone health checks of a zone; kept, and never run: the embedded cloud has no network to check from. */
export const healthcheckRoutes: Route[] = crudRoutes({
  base: "/zones/:zone/healthchecks",
  collection: resources("healthcheck"),
  scope: (call) => call.zone.id,
  body: healthcheckBody,
  codes: { invalid: 1002, notFound: 1001, taken: 1002 },
  id: hexId,
  stamps: ["created_on", "modified_on"],
  name: ({ name }) => name,
  patch: true,
  show: (_, { body }) => ({ ...body, status: "unknown", failure_reason: "" }),
});
