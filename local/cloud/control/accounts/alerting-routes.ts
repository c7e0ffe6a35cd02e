import { z } from "zod";
import { resources } from "../../store/records/resources.ts";
import { ApiError } from "../api-error.ts";
import { crudRoutes } from "../crud.ts";
import { hexId } from "../ids.ts";
import type { Route } from "../route.ts";

const policies = resources("notification-policy");
const webhooks = resources("notification-webhook");

const destination = z.array(z.looseObject({ id: z.string().min(1) }));
const policyBody = z.looseObject({
  name: z.string().min(1),
  alert_type: z.string().regex(/^[a-z0-9_]+$/, "expected the name of an alert"),
  enabled: z.boolean().default(true),
  mechanisms: z
    .object({ email: destination.optional(), webhooks: destination.optional(), pagerduty: destination.optional() })
    .refine((all) => Object.values(all).some((list) => (list?.length ?? 0) > 0), "expected at least one destination"),
  description: z.string().optional(),
  filters: z.looseObject({}).optional(),
});
const webhookBody = z.looseObject({ name: z.string().min(1), url: z.url(), secret: z.string().optional() });

/** Which alerts go where; kept, and never sent. */
export const alertingRoutes: Route[] = [
  ...crudRoutes({
    base: "/accounts/:account/alerting/v3/policies",
    collection: policies,
    scope: (call) => call.accountId,
    body: policyBody,
    codes: { invalid: 17102, notFound: 17002 },
    id: hexId,
    stamps: ["created", "modified"],
    prepare(call, body) {
      for (const { id } of body.mechanisms.webhooks ?? []) {
        if (!call.store.get(webhooks, call.accountId, id))
          throw new ApiError(400, 17102, `mechanisms.webhooks: the webhook ${id} does not exist.`);
      }
      return body;
    },
  }),
  ...crudRoutes({
    base: "/accounts/:account/alerting/v3/destinations/webhooks",
    collection: webhooks,
    scope: (call) => call.accountId,
    body: webhookBody,
    codes: { invalid: 17102, notFound: 17002 },
    id: hexId,
    stamps: ["created_at", "updated_at"],
    secrets: ["secret"],
    prepare: (_, body) => ({ ...body, type: "generic", last_success: null, last_failure: null }),
    beforeDelete(call, { id }) {
      const users = call.store
        .list(policies, call.accountId)
        .filter(({ body }) => JSON.stringify(body.mechanisms).includes(id));
      if (users.length > 0)
        throw new ApiError(
          409,
          17102,
          `The webhook is used by the policies ${users.map(({ body }) => body.name).join(", ")}.`,
        );
    },
  }),
];
