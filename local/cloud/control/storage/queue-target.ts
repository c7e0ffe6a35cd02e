import { type QueueConsumerRecord, type QueueRecord, queues } from "../../store/records/queues.ts";
import { ApiError } from "../api-error.ts";
import type { Call } from "../call.ts";

/** The queue that the path names. @throws {ApiError} 404/11000 */
export function queueOf(call: Call): QueueRecord {
  const queue = call.store.get(queues, call.accountId, call.parameter("queue"));
  if (!queue) throw new ApiError(404, 11000, "Queue does not exist.");
  return queue;
}

/** The API takes `script_name` and answers `script`; both are shown, since clients differ in what they read. */
export function shownConsumer(consumer: QueueConsumerRecord, queue: QueueRecord): Record<string, unknown> {
  const { id, type, script, deadLetterQueue, createdOn, settings } = consumer;
  return {
    consumer_id: id,
    created_on: createdOn,
    queue_id: queue.id,
    queue_name: queue.name,
    type,
    settings,
    ...(script === undefined ? {} : { script, script_name: script }),
    ...(deadLetterQueue === undefined ? {} : { dead_letter_queue: deadLetterQueue }),
  };
}
