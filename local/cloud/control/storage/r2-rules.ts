import { z } from "zod";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { bucketOf, changeBucket } from "./r2-buckets.ts";

const base = "/accounts/:account/r2/buckets/:bucket";
const date = z.string().refine((text) => !Number.isNaN(Date.parse(text)), "expected a date");
const age = z.object({ type: z.literal("Age"), maxAge: z.int().min(0) });
const ageOrDate = z.discriminatedUnion("type", [age, z.object({ type: z.literal("Date"), date })]);

const id = z.string().min(1).max(255).optional();
const enabled = z.boolean().default(true);

/** Ids of rules are made where they are left out, and unique. */
function listOf<S extends z.ZodType<{ id?: string | undefined }>>(rule: S) {
  return z.object({ rules: z.array(rule).max(1000).default([]).refine(hasUniqueIds, "Rule IDs must be unique") });
}

function hasUniqueIds(rules: { id?: string | undefined }[]): boolean {
  const ids = rules.flatMap((rule) => rule.id ?? []);
  return new Set(ids).size === ids.length;
}

const lifecycleBody = listOf(
  z.object({
    id,
    enabled,
    conditions: z.object({ prefix: z.string().default("") }).default({ prefix: "" }),
    abortMultipartUploadsTransition: z.object({ condition: age.optional() }).optional(),
    deleteObjectsTransition: z.object({ condition: ageOrDate.optional() }).optional(),
    storageClassTransitions: z
      .array(z.object({ condition: ageOrDate, storageClass: z.literal("InfrequentAccess") }))
      .optional(),
  }),
);

const lockRules = listOf(
  z.object({
    id,
    enabled,
    prefix: z.string().default(""),
    condition: z.discriminatedUnion("type", [
      z.object({ type: z.literal("Age"), maxAgeSeconds: z.int().min(1) }),
      z.object({ type: z.literal("Date"), date }),
      z.object({ type: z.literal("Indefinite") }),
    ]),
  }),
);
export type LockRule = z.infer<typeof lockRules>["rules"][number];

const corsBody = z.object({
  rules: z.array(
    z.looseObject({
      id: z.string().optional(),
      allowed: z.looseObject({
        methods: z.array(z.enum(["GET", "PUT", "POST", "DELETE", "HEAD"])).min(1),
        origins: z.array(z.string()).min(1),
        headers: z.array(z.string()).optional(),
      }),
      exposeHeaders: z.array(z.string()).optional(),
      maxAgeSeconds: z.int().min(0).max(86_400).optional(),
    }),
  ),
});

/** Lifecycle, lock and CORS rules of a bucket; each `PUT` replaces all rules of its kind. */
export const r2RuleRoutes: Route[] = [
  route("GET", `${base}/lifecycle`, (call) => ok({ rules: bucketOf(call).lifecycle ?? [] })),
  route("PUT", `${base}/lifecycle`, async (call) => {
    const { rules } = await call.json(lifecycleBody, 10061);
    changeBucket(call, { lifecycle: withIds(rules) });
    return ok({});
  }),
  route("GET", `${base}/lock`, (call) => ok({ rules: bucketOf(call).lock ?? [] })),
  route("PUT", `${base}/lock`, async (call) => {
    const { rules } = await call.json(lockRules, 10066);
    changeBucket(call, { lock: withIds(rules) });
    call.runtime.desiredStateChanged();
    return ok({});
  }),
  route("GET", `${base}/cors`, (call) => ok({ rules: corsOf(call) })),
  route("PUT", `${base}/cors`, async (call) => {
    const { rules } = await call.json(corsBody, 10060);
    changeBucket(call, { cors: rules });
    return ok({});
  }),
  route("DELETE", `${base}/cors`, (call) => {
    corsOf(call);
    changeBucket(call, { cors: [] });
    return ok({});
  }),
];

function withIds<R extends { id?: string | undefined }>(rules: R[]): R[] {
  return rules.map((rule, index) => ({ ...rule, id: rule.id ?? `rule-${index + 1}` }));
}

function corsOf(call: Call): unknown[] {
  const { cors } = bucketOf(call);
  if (!cors || cors.length === 0) throw new ApiError(404, 10059, "The CORS configuration does not exist.");
  return cors;
}
