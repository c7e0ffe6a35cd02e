import type * as pulumi from "@pulumi/pulumi";
import type { ResolvedService } from "../../catalog/index.ts";
import * as cloudflare from "../cloudflare.ts";
import type { Surroundings } from "../surroundings.ts";

/** Makes the script the consumer of the queues the service declares. Deleted before the script and before the queue. */
export function queueConsumers(
  service: ResolvedService,
  script: cloudflare.WorkersScript,
  { accountId, registry }: Surroundings,
  opts: pulumi.CustomResourceOptions,
): cloudflare.QueueConsumer[] {
  return service.bindings.flatMap((consumer) => {
    if (consumer.kind !== "queue-consumer") return [];
    const { name, store, deadLetter, maxBatchSize, maxBatchTimeout, maxRetries, retryDelay, maxConcurrency } = consumer;
    return [
      new cloudflare.QueueConsumer(
        `${service.name}-${name}`,
        {
          accountId,
          queueId: registry.store(store).id,
          scriptName: script.scriptName,
          type: "worker",
          ...(deadLetter !== undefined && { deadLetterQueue: registry.store(deadLetter).name }),
          settings: {
            batchSize: maxBatchSize,
            maxWaitTimeMs: maxBatchTimeout * 1000,
            maxRetries,
            retryDelay,
            ...(maxConcurrency !== undefined && { maxConcurrency }),
          },
        },
        opts,
      ),
    ];
  });
}
