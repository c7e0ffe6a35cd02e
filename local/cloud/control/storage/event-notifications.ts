import { randomUUID } from "node:crypto";
import { z } from "zod";
import { queues } from "../../store/records/queues.ts";
import { bucketKey } from "../../store/records/stores.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";
import { ok } from "../envelope.ts";
import { type Route, route } from "../route.ts";
import { type EventNotificationRecord, eventNotifications } from "./event-notification-record.ts";
import { bucketOf } from "./r2-buckets.ts";

const base = "/accounts/:account/event_notifications/r2/:bucket/configuration";
const actions = ["PutObject", "CopyObject", "DeleteObject", "CompleteMultipartUpload", "LifecycleDeletion"] as const;
const rulesBody = z.object({
  rules: z
    .array(
      z.object({
        actions: z.array(z.enum(actions)).min(1, "expected at least one action"),
        prefix: z.string().optional(),
        suffix: z.string().optional(),
        description: z.string().optional(),
      }),
    )
    .min(1, "expected at least one rule"),
});

/** Without a body, all rules go. */
const deletionBody = z.object({ ruleIds: z.array(z.string()).optional() }).optional();

/** Rules by which a bucket reports changes of its objects to queues. */
export const eventNotificationRoutes: Route[] = [
  route("GET", base, (call) => {
    const bucket = bucketOf(call);
    const all = call.store.list(eventNotifications, bucketKey(bucket)).map((one) => shown(call, one));
    if (all.length === 0)
      throw new ApiError(404, 11015, "There is no event notification configuration for this bucket.");
    return ok({ bucketName: bucket.name, queues: all });
  }),
  route("GET", `${base}/queues/:queue`, (call) => ok(shown(call, notificationOf(call)))),
  route("PUT", `${base}/queues/:queue`, async (call) => {
    const { rules } = await call.json(rulesBody, 11013);
    call.runtime.desiredStateChanged();
    return call.store.transaction(() => {
      const key = bucketKey(bucketOf(call));
      const queue = call.store.get(queues, call.accountId, call.parameter("queue"));
      if (!queue) throw new ApiError(404, 11011, "The queue of the event notification does not exist.");
      const createdAt = call.now();
      const existing = call.store.get(eventNotifications, key, queue.id)?.rules ?? [];
      const added = rules.map((rule) => ({ ruleId: randomUUID(), createdAt, ...rule }));
      const fresh = added.filter((rule) => !existing.some((known) => sameRule(known, rule)));
      call.store.put(eventNotifications, { bucketKey: key, queueId: queue.id, rules: [...existing, ...fresh] });
      return ok({});
    });
  }),
  route("DELETE", `${base}/queues/:queue`, async (call) => {
    const { ruleIds } = (await call.json(deletionBody, 11013)) ?? {};
    call.runtime.desiredStateChanged();
    return call.store.transaction(() => {
      const notification = notificationOf(call);
      const rules = ruleIds ? notification.rules.filter((rule) => !ruleIds.includes(String(rule.ruleId))) : [];
      if (rules.length > 0) call.store.put(eventNotifications, { ...notification, rules });
      else call.store.remove(eventNotifications, notification.bucketKey, notification.queueId);
      return ok({});
    });
  }),
];

/** The same rule sent again, as after a lost answer, is not a second one. */
function sameRule(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const essence = ({ actions: list, prefix, suffix }: Record<string, unknown>) =>
    JSON.stringify([[...(list as string[])].sort(), prefix ?? "", suffix ?? ""]);
  return essence(a) === essence(b);
}

function notificationOf(call: Call): EventNotificationRecord {
  const notification = call.store.get(eventNotifications, bucketKey(bucketOf(call)), call.parameter("queue"));
  if (!notification) throw new ApiError(404, 11015, "There is no event notification configuration for this bucket.");
  return notification;
}

function shown(call: Call, { queueId, rules }: EventNotificationRecord): Record<string, unknown> {
  return { queueId, queueName: call.store.get(queues, call.accountId, queueId)?.name, rules };
}
