import { z } from "zod";
import { type QueueConsumerRecord, queueConsumers, queues } from "../../store/records/queues.ts";
import { scripts } from "../../store/records/workers.ts";
import { ApiError } from "../api-error.ts";
import { type Call, paged } from "../call.ts";
import { ok } from "../envelope.ts";
import { hexId } from "../ids.ts";
import { type Route, route } from "../route.ts";
import { deployedVersion } from "../workers/script-target.ts";
import { queueOf, shownConsumer } from "./queue-target.ts";

const base = "/accounts/:account/queues/:queue/consumers";

/** https://developers.cloudflare.com/queues/configuration/configure-queues/#consumer-worker-configuration */
const consumerBody = z.looseObject({
  type: z.enum(["worker", "http_pull"]).default("worker"),
  // Clients send either name.
  script_name: z.string().nullish(),
  script: z.string().nullish(),
  dead_letter_queue: z.string().nullish(),
  settings: z
    .looseObject({
      batch_size: z.int().min(1).max(100).nullish(),
      max_retries: z.int().min(0).max(100).nullish(),
      max_wait_time_ms: z.int().min(0).max(60_000).nullish(),
      max_concurrency: z.int().min(1).max(250).nullish(),
      retry_delay: z.int().min(0).max(86_400).nullish(),
      visibility_timeout_ms: z.int().min(0).max(43_200_000).nullish(),
    })
    .nullish(),
});

export const queueConsumerRoutes: Route[] = [
  route("GET", base, (call) => {
    const queue = queueOf(call);
    const all = call.store.list(queueConsumers, queue.id).map((consumer) => shownConsumer(consumer, queue));
    return paged(call, all, { perPage: 100, max: 100 });
  }),
  route("POST", base, (call) => putConsumer(call, undefined)),
  route("GET", `${base}/:consumer`, (call) => ok(shownConsumer(consumerOf(call), queueOf(call)))),
  route("PUT", `${base}/:consumer`, (call) => putConsumer(call, consumerOf(call))),
  route("DELETE", `${base}/:consumer`, (call) => {
    const { id, queueId } = consumerOf(call);
    call.store.remove(queueConsumers, queueId, id);
    call.runtime.desiredStateChanged();
    return ok(null);
  }),
];

/**
 * Makes or replaces the consumer of a queue, of which there is one.
 * @throws {ApiError} 400/11004 for a second one, 404/10007 for a script that does not exist, 400/11001 for one without a `queue`
 * handler, 404/11000 for a dead letter queue that does not exist.
 */
async function putConsumer(call: Call, before: QueueConsumerRecord | undefined): Promise<Response> {
  const body = await call.json(consumerBody, 10026);
  const consumer = call.store.transaction(() => {
    const queue = queueOf(call);
    if (!before && call.store.list(queueConsumers, queue.id).length > 0) {
      throw new ApiError(400, 11004, `Queue '${queue.name}' already has a consumer.`);
    }
    const script = body.script_name ?? body.script ?? undefined;
    if (body.type === "worker") checkScript(call, script);
    const deadLetterQueue = body.dead_letter_queue || undefined;
    if (deadLetterQueue !== undefined && !call.store.byName(queues, call.accountId, deadLetterQueue)) {
      throw new ApiError(404, 11000, `The dead letter queue '${deadLetterQueue}' does not exist.`);
    }
    const { settings } = body;
    const record: QueueConsumerRecord = {
      id: before?.id ?? hexId(),
      accountId: call.accountId,
      queueId: queue.id,
      type: body.type,
      createdOn: before?.createdOn ?? call.now(),
      ...(body.type === "worker" ? { script } : {}),
      ...(deadLetterQueue === undefined ? {} : { deadLetterQueue }),
      settings: {
        batch_size: settings?.batch_size ?? (body.type === "worker" ? 10 : 5),
        max_retries: settings?.max_retries ?? 3,
        retry_delay: settings?.retry_delay ?? 0,
        ...(body.type === "worker"
          ? { max_wait_time_ms: settings?.max_wait_time_ms ?? 5000, max_concurrency: settings?.max_concurrency ?? null }
          : { visibility_timeout_ms: settings?.visibility_timeout_ms ?? 30_000 }),
      },
    };
    call.store.put(queueConsumers, record);
    return shownConsumer(record, queue);
  });
  call.runtime.desiredStateChanged();
  return ok(consumer);
}

function checkScript(call: Call, name: string | undefined): void {
  const script = name === undefined ? undefined : call.store.get(scripts, call.accountId, name);
  if (!script) throw new ApiError(404, 10007, "This Worker does not exist on your account.");
  const handlers = deployedVersion(call.store, script)?.handlers ?? [];
  if (!handlers.includes("queue"))
    throw new ApiError(400, 11001, "Queue handler is missing: the Worker exports no `queue`.");
}

function consumerOf(call: Call): QueueConsumerRecord {
  const consumer = call.store.get(queueConsumers, queueOf(call).id, call.parameter("consumer"));
  if (!consumer) throw new ApiError(404, 11006, "Consumer does not exist.");
  return consumer;
}
