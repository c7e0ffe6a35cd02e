import { z } from "zod";
import { type QueueRecord, queueConsumers, queues } from "../../store/records/queues.ts";
import { bucketKey, r2Buckets } from "../../store/records/stores.ts";
import { scripts } from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";
import { deployedVersion } from "../workers/script-target.ts";
import { eventNotifications } from "./event-notification-record.ts";
import { queueOf, shownConsumer } from "./queue-target.ts";

const base = "/accounts/:account/queues";

/** https://developers.cloudflare.com/queues/platform/limits/ */
const settings = z.looseObject({
  delivery_delay: z.int().min(0).max(86_400).optional(),
  delivery_paused: z.boolean().optional(),
  message_retention_period: z.int().min(60).max(1_209_600).optional(),
});
const queueBody = z.looseObject({
  queue_name: z.string({ error: "expected a queue_name" }),
  settings: settings.nullish(),
});
const queueChange = queueBody.partial();
const messageBody = z.looseObject({
  body: z.unknown(),
  content_type: z.enum(["text", "json", "bytes", "v8"]).default("json"),
  delay_seconds: z.int().min(0).max(86_400).optional(),
});

const defaults: QueueRecord["settings"] = {
  delivery_delay: 0,
  delivery_paused: false,
  message_retention_period: 345_600,
};

export const queueRoutes: Route[] = [
  route("GET", base, (call) => {
    const name = call.query.get("name");
    const all = call.store.list(queues, call.accountId).filter((queue) => name === null || queue.name === name);
    return paged(
      call,
      all.map((queue) => shown(call, queue)),
      { perPage: 100, max: 100 },
    );
  }),
  route("POST", base, createQueue),
  route("GET", `${base}/:queue`, (call) => ok(shown(call, queueOf(call)))),
  route("PUT", `${base}/:queue`, async (call) => changeQueue(call, await call.json(queueBody, 10026))),
  route("PATCH", `${base}/:queue`, async (call) => changeQueue(call, await call.json(queueChange, 10026))),
  route("DELETE", `${base}/:queue`, deleteQueue),
  route("POST", `${base}/:queue/messages`, async (call) => {
    const message = await call.json(messageBody, 10207);
    await send(call, [message]);
    return ok(null);
  }),
  route("POST", `${base}/:queue/messages/batch`, async (call) => {
    const { messages } = await call.json(z.looseObject({ messages: z.array(messageBody).min(1).max(100) }), 10207);
    await send(call, messages);
    return ok(null);
  }),
];

async function createQueue(call: Call): Promise<Response> {
  const body = await call.json(queueBody, 10026);
  const queue = call.store.transaction(() => {
    checkName(call, body.queue_name);
    const now = call.now();
    const made: QueueRecord = {
      id: hexId(),
      accountId: call.accountId,
      name: body.queue_name,
      createdOn: now,
      modifiedOn: now,
      settings: withSettings(defaults, body.settings),
    };
    call.store.put(queues, made);
    return made;
  });
  call.runtime.desiredStateChanged();
  return ok(shown(call, queue));
}

function changeQueue(call: Call, body: z.infer<typeof queueChange>): Response {
  const queue = call.store.transaction(() => {
    const before = queueOf(call);
    const name = body.queue_name ?? before.name;
    if (name !== before.name) checkName(call, name);
    const changed = { ...before, name, modifiedOn: call.now(), settings: withSettings(before.settings, body.settings) };
    call.store.put(queues, changed);
    return changed;
  });
  call.runtime.desiredStateChanged();
  return ok(shown(call, queue));
}

function withSettings(
  before: QueueRecord["settings"],
  wanted: z.infer<typeof settings> | null | undefined,
): QueueRecord["settings"] {
  return {
    delivery_delay: wanted?.delivery_delay ?? before.delivery_delay,
    delivery_paused: wanted?.delivery_paused ?? before.delivery_paused,
    message_retention_period: wanted?.message_retention_period ?? before.message_retention_period,
  };
}

/** @throws {ApiError} 400/11005 while the queue is a dead letter queue or bound to a script, 400/11017 while a bucket reports to it. */
async function deleteQueue(call: Call): Promise<Response> {
  const { id } = call.store.transaction(() => {
    const queue = queueOf(call);
    refuseInUse(call, queue);
    for (const consumer of call.store.list(queueConsumers, queue.id))
      call.store.remove(queueConsumers, queue.id, consumer.id);
    call.store.remove(queues, call.accountId, queue.id);
    return queue;
  });
  await call.runtime.dropStorage("queue", id);
  call.runtime.desiredStateChanged();
  return ok(null);
}

function refuseInUse(call: Call, queue: QueueRecord): void {
  const others = call.store.list(queues, call.accountId).filter(({ id }) => id !== queue.id);
  if (
    others.some(({ id }) =>
      call.store.list(queueConsumers, id).some(({ deadLetterQueue }) => deadLetterQueue === queue.name),
    )
  ) {
    throw new ApiError(
      400,
      11005,
      `Cannot delete queue '${queue.name}' that serves as dead letter queue for consumers`,
    );
  }
  const producers = producersOf(call, queue);
  if (producers.length > 0) {
    throw new ApiError(
      400,
      11005,
      `Cannot delete queue '${queue.name}' that is bound to Workers: ${producers.join(", ")}`,
    );
  }
  const buckets = call.store.list(r2Buckets, call.accountId);
  if (buckets.some((bucket) => call.store.get(eventNotifications, bucketKey(bucket), queue.id))) {
    throw new ApiError(400, 11017, `Cannot delete queue '${queue.name}' that R2 event notifications are sent to`);
  }
}

function producersOf(call: Call, queue: QueueRecord): string[] {
  return call.store
    .list(scripts, call.accountId)
    .filter((script) =>
      deployedVersion(call.store, script)?.bindings.some(
        ({ type, queue_name }) => type === "queue" && queue_name === queue.name,
      ),
    )
    .map(({ name }) => name);
}

/** @throws {ApiError} 400/11003, 409/11009 */
function checkName(call: Call, name: string): void {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new ApiError(
      400,
      11003,
      `The queue name '${name}' is not valid: expected up to 63 lowercase letters, digits and dashes.`,
    );
  }
  if (call.store.byName(queues, call.accountId, name)) {
    throw new ApiError(409, 11009, `Queue name '${name}' is already taken. Please use a different name and try again.`);
  }
}

async function send(call: Call, messages: z.infer<typeof messageBody>[]): Promise<void> {
  await call.runtime.queue(queueOf(call).id).send(
    messages.map(({ body, content_type, delay_seconds }) => ({
      body,
      contentType: content_type,
      ...(delay_seconds === undefined ? {} : { delaySeconds: delay_seconds }),
    })),
  );
}

function shown(call: Call, queue: QueueRecord): Record<string, unknown> {
  const producers = producersOf(call, queue).map((script) => ({ type: "worker", script }));
  const consumers = call.store.list(queueConsumers, queue.id).map((consumer) => shownConsumer(consumer, queue));
  return {
    queue_id: queue.id,
    queue_name: queue.name,
    created_on: queue.createdOn,
    modified_on: queue.modifiedOn,
    settings: queue.settings,
    producers,
    producers_total_count: producers.length,
    consumers,
    consumers_total_count: consumers.length,
  };
}
