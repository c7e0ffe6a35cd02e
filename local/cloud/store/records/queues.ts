import { collection } from "../collection.ts";

export interface QueueRecord {
  id: string;
  accountId: string;
  name: string;
  createdOn: string;
  modifiedOn: string;
  /** `delivery_delay` and `message_retention_period` in seconds. */
  settings: { delivery_delay: number; delivery_paused: boolean; message_retention_period: number };
}

export const queues = collection({
  kind: "queue",
  scope: (queue: QueueRecord) => queue.accountId,
  id: (queue) => queue.id,
  name: (queue) => queue.name,
});

export interface QueueConsumerRecord {
  id: string;
  accountId: string;
  queueId: string;
  type: "worker" | "http_pull";
  script?: string | undefined;
  deadLetterQueue?: string | undefined;
  createdOn: string;
  settings: {
    batch_size?: number | undefined;
    max_retries?: number | undefined;
    max_wait_time_ms?: number | undefined;
    max_concurrency?: number | null | undefined;
    retry_delay?: number | undefined;
    visibility_timeout_ms?: number | undefined;
  };
}

export const queueConsumers = collection({
  kind: "queue-consumer",
  scope: (consumer: QueueConsumerRecord) => consumer.queueId,
  id: (consumer) => consumer.id,
});
