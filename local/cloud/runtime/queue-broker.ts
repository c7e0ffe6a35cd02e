import type { IncomingHttpHeaders } from "node:http";
import { serialize } from "node:v8";
import type { Log } from "../log.ts";
import type { DeployedQueue, LocalClock } from "../types.ts";
import type { QueueContentType, QueueMessage, QueueMessages } from "./queue-messages.ts";

/** What a consumer made of a batch, as workerd reports it. */
export interface QueueResult {
  outcome: string;
  ackAll: boolean;
  retryBatch: { retry: boolean; delaySeconds?: number };
  explicitAcks: string[];
  retryMessages: { msgId: string; delaySeconds?: number }[];
}

/** A message as the link Worker takes it. */
interface DeliveredMessage {
  id: string;
  timestamp: number;
  attempts: number;
  contentType: QueueContentType;
  /** Base64. */
  body: string;
}

type Consumer = DeployedQueue["consumers"][number];

export interface QueueBrokerOptions {
  messages: QueueMessages;
  clock: LocalClock;
  log: Log;
  /** Hands a batch to a script. @returns undefined if the script does not serve; then the batch stays as it was. */
  deliver(scriptKey: string, queueName: string, messages: DeliveredMessage[]): Promise<QueueResult | undefined>;
}

export interface QueueBroker {
  /** Replaces what is known of queues and consumers. */
  configure(queues: DeployedQueue[]): void;
  send(queueId: string, messages: { body: unknown; contentType: QueueContentType; delaySeconds?: number }[]): void;
  /** A request of workerd's producer binding. */
  produce(queueId: string, path: string, headers: IncomingHttpHeaders, body: Buffer): object;
  /** Delivers what is due; to be called when the clock was advanced. Resolves when all of that has been handled. */
  deliverDue(): Promise<void>;
  drop(queueId: string): void;
  stop(): Promise<void>;
}

// https://developers.cloudflare.com/queues/platform/limits/
const maxMessageBytes = 128_000;
const maxBatchMessages = 100;
const maxBatchBytes = 256_000;
const defaultConcurrency = 10;
/** How long to wait for a consumer that does not serve. */
const consumerAway = 1000;

/** A send that the queue refuses; the message says why. */
export class QueueRefused extends Error {
  override readonly name = "QueueRefused";
}

export function createQueueBroker({ messages, clock, log, deliver }: QueueBrokerOptions): QueueBroker {
  let queues = new Map<string, DeployedQueue>();
  const timers = new Map<string, NodeJS.Timeout>();
  const inDelivery = new Map<string, Set<string>>();
  const deliveries = new Set<Promise<void>>();
  let stopped = false;

  function wake(queue: DeployedQueue, delay: number): void {
    clearTimeout(timers.get(queue.id));
    timers.set(queue.id, setTimeout(() => pump(queue.id), Math.min(delay, 60_000)).unref());
  }

  /** Delivers batches that are full or have waited long enough; sets a timer for the rest. */
  function pump(queueId: string): void {
    const queue = queues.get(queueId);
    const consumer = queue?.consumers[0];
    if (!queue || !consumer || queue.deliveryPaused || stopped) return;
    const taken = inDelivery.get(queueId) ?? new Set<string>();
    inDelivery.set(queueId, taken);
    const size = Math.max(1, consumer.maxBatchSize);
    for (
      let running = Math.ceil(taken.size / size);
      running < (consumer.maxConcurrency ?? defaultConcurrency);
      running++
    ) {
      const now = clock.now();
      const batch = messages.due(queueId, now, size, taken);
      const [oldest] = batch;
      const next = messages.nextVisible(queueId, now);
      if (!oldest) {
        if (next !== undefined) wake(queue, next - now);
        return;
      }
      const ready = oldest.visibleAt + consumer.maxBatchTimeout * 1000;
      if (batch.length < size && now < ready) {
        wake(queue, Math.min(ready, next ?? Number.POSITIVE_INFINITY) - now);
        return;
      }
      for (const { id } of batch) taken.add(id);
      const delivery = handle(queue, consumer, batch).finally(() => {
        for (const { id } of batch) taken.delete(id);
        deliveries.delete(delivery);
        pump(queueId);
      });
      deliveries.add(delivery);
    }
  }

  async function handle(queue: DeployedQueue, consumer: Consumer, batch: QueueMessage[]): Promise<void> {
    let result: QueueResult | undefined;
    try {
      result = await deliver(consumer.scriptKey, queue.name, batch.map(delivered));
    } catch (error) {
      log.warn(
        `queue ${queue.name}: delivery to ${consumer.scriptKey} failed: ${error instanceof Error ? error.message : String(error)}`,
      );
      result = failedResult;
    }
    if (stopped) return;
    const now = clock.now();
    if (!result) {
      // Not the messages' fault: they wait without losing an attempt.
      messages.postpone(
        batch.map(({ id }) => id),
        now + consumerAway,
      );
      return;
    }
    const { retried, delays } = retriesOf(result);
    const done: string[] = [];
    for (const message of batch) {
      if (!retried(message.id)) done.push(message.id);
      else if (message.failures < consumer.maxRetries) {
        const seconds = delays.get(message.id) ?? result.retryBatch.delaySeconds ?? consumer.retryDelay;
        messages.retry(message.id, now + seconds * 1000);
      } else if (!bury(queue, consumer, message, now)) done.push(message.id);
    }
    messages.remove(done);
  }

  /** Moves a message that failed too often to the dead letter queue. @returns false if there is none. */
  function bury(queue: DeployedQueue, consumer: Consumer, message: QueueMessage, now: number): boolean {
    const letters = [...queues.values()].find(
      ({ accountId, name }) => accountId === queue.accountId && name === consumer.deadLetterQueue,
    );
    const attempts = `${message.failures + 1} attempt(s)`;
    if (!letters) {
      log.warn(`queue ${queue.name}: message ${message.id} dropped after ${attempts}`);
      return false;
    }
    log.warn(`queue ${queue.name}: message ${message.id} moved to ${letters.name} after ${attempts}`);
    messages.move(message.id, letters.id, now);
    queueMicrotask(() => pump(letters.id));
    return true;
  }

  function add(
    queueId: string,
    bodies: { contentType: QueueContentType; body: Uint8Array; delaySeconds?: number | undefined }[],
  ): void {
    const queue = queues.get(queueId);
    if (!queue) throw new QueueRefused("Queue not found");
    if (bodies.length > maxBatchMessages)
      throw new QueueRefused(`batch message count of ${bodies.length} exceeds limit of ${maxBatchMessages}`);
    const bytes = bodies.map(({ body }) => body.length);
    const largest = Math.max(0, ...bytes);
    if (largest > maxMessageBytes)
      throw new QueueRefused(`message length of ${largest} bytes exceeds limit of ${maxMessageBytes}`);
    const total = bytes.reduce((sum, one) => sum + one, 0);
    if (total > maxBatchBytes) throw new QueueRefused(`batch size of ${total} bytes exceeds limit of ${maxBatchBytes}`);
    const now = clock.now();
    messages.add(
      bodies.map(({ contentType, body, delaySeconds }) => ({
        queueId,
        contentType,
        body,
        timestamp: now,
        visibleAt: now + (delaySeconds ?? queue.deliveryDelay) * 1000,
      })),
    );
    pump(queueId);
  }

  return {
    configure(next) {
      queues = new Map(next.map((queue) => [queue.id, queue]));
      for (const [id, timer] of timers) if (!queues.has(id)) clearTimeout(timer);
      for (const id of queues.keys()) pump(id);
    },
    send: (queueId, bodies) =>
      add(
        queueId,
        bodies.map((one) => ({ ...one, body: encode(one.body, one.contentType) })),
      ),
    produce(queueId, path, headers, body) {
      const delay = headers["x-msg-delay-secs"];
      const delaySeconds = typeof delay === "string" && delay !== "" ? Number(delay) : undefined;
      if (path === "/message") {
        add(queueId, [{ contentType: contentTypeOf(headers["x-msg-fmt"]), body, delaySeconds }]);
      } else if (path === "/batch") {
        const batch = JSON.parse(body.toString("utf8")) as {
          messages: { contentType?: string; body: string; delaySecs?: number }[];
        };
        add(
          queueId,
          batch.messages.map(({ contentType, body: encoded, delaySecs }) => ({
            contentType: contentTypeOf(contentType),
            body: Buffer.from(encoded, "base64"),
            delaySeconds: delaySecs ?? delaySeconds,
          })),
        );
      } else if (path !== "/metrics") throw new QueueRefused(`a queue has no ${path}`);
      const metrics = messages.backlog(queueId);
      return path === "/metrics" ? metrics : { metadata: { metrics } };
    },
    async deliverDue() {
      for (const id of queues.keys()) pump(id);
      while (deliveries.size > 0) await Promise.all([...deliveries]);
    },
    drop: (queueId) => messages.drop(queueId),
    async stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.allSettled([...deliveries]);
      messages.close();
    },
  };
}

const failedResult: QueueResult = {
  outcome: "exception",
  ackAll: false,
  retryBatch: { retry: false },
  explicitAcks: [],
  retryMessages: [],
};

/** A batch that failed is retried whole, but for what was acknowledged one by one. */
function retriesOf(result: QueueResult): { retried(id: string): boolean; delays: Map<string, number | undefined> } {
  const delays = new Map(result.retryMessages.map(({ msgId, delaySeconds }) => [msgId, delaySeconds]));
  const acknowledged = new Set(result.explicitAcks);
  const all = result.retryBatch.retry || result.outcome !== "ok";
  return { retried: (id) => delays.has(id) || (all && !acknowledged.has(id)), delays };
}

function delivered({ id, timestamp, failures, contentType, body }: QueueMessage): DeliveredMessage {
  return { id, timestamp, attempts: failures + 1, contentType, body: Buffer.from(body).toString("base64") };
}

function contentTypeOf(format: string | string[] | undefined): QueueContentType {
  if (format === undefined || format === "") return "v8";
  if (format === "text" || format === "json" || format === "bytes" || format === "v8") return format;
  throw new QueueRefused(`message content type ${String(format)} is invalid`);
}

function encode(body: unknown, contentType: QueueContentType): Uint8Array {
  switch (contentType) {
    case "text":
      return Buffer.from(String(body));
    case "json":
      return Buffer.from(JSON.stringify(body));
    case "bytes":
      return typeof body === "string" ? Buffer.from(body, "base64") : (body as Uint8Array);
    case "v8":
      return serialize(body);
  }
}
