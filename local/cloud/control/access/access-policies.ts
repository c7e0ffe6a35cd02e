import { randomUUID } from "node:crypto";
import { z } from "zod";
import { resources } from "../../store/records/resources.ts";
import { ApiError } from "../api-error.ts";
import { crudRoutes } from "../crud.ts";
import type { Route } from "../route.ts";
import { accessApps } from "./access-record.ts";

export const accessPolicies = resources("access-policy");

/** A rule is an object with one member that says what it matches, e.g. `{ email_domain: { domain } }`. */
const accessRule = z.looseObject({}).refine((rule) => Object.keys(rule).length === 1, "expected exactly one selector");
const policyBody = z.looseObject({
  name: z.string().min(1),
  decision: z.enum(["allow", "deny", "non_identity", "bypass"]),
  include: z.array(accessRule).default([]),
  exclude: z.array(accessRule).default([]),
  require: z.array(accessRule).default([]),
  session_duration: z.string().default("24h"),
});

/** Policies of the account; applications name them by id. */
export const accessPolicyRoutes: Route[] = crudRoutes({
  base: "/accounts/:account/access/policies",
  collection: accessPolicies,
  scope: (call) => call.accountId,
  body: policyBody,
  codes: { invalid: 12130, notFound: 12130 },
  id: () => randomUUID(),
  stamps: ["created_at", "updated_at"],
  show: (call, { id, body }) => ({
    ...body,
    reusable: true,
    app_count: call.store.list(accessApps, call.accountId).filter((app) => policyIds(app.body).includes(id)).length,
  }),
  beforeDelete(call, { id }) {
    const users = call.store.list(accessApps, call.accountId).filter(({ body }) => policyIds(body).includes(id));
    if (users.length > 0) {
      throw new ApiError(
        409,
        12132,
        `The policy is used by the applications ${users.map(({ body }) => body.name).join(", ")}.`,
      );
    }
  },
});

function policyIds(app: Record<string, unknown>): unknown[] {
  return ((app.policies as { id?: unknown }[] | undefined) ?? []).map(({ id }) => id);
}
