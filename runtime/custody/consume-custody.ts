import type { MessageBatch } from "@cloudflare/workers-types";
import { type CustodyEvent, custodyEvent } from "../../contracts/custody-record.ts";

/**
 * Hands a batch of the queue `CUSTODY` to the chain. Messages are taken once their records are in the locked bucket; all of them come
 * again if not, which records none twice. A message that is no event can never be recorded and goes to the dead letters by its retries.
 */
export async function consumeCustody(
  batch: Pick<MessageBatch, "messages">,
  record: (events: CustodyEvent[]) => Promise<unknown>,
): Promise<void> {
  const parsed = batch.messages.map((message) => ({ message, event: custodyEvent.safeParse(message.body) }));
  const good = parsed.flatMap(({ message, event }) => (event.success ? [{ message, event: event.data }] : []));
  for (const { message, event } of parsed) {
    if (event.success) continue;
    console.error(`Message ${message.id} of the custody queue is no custody event and is not recorded.`);
    message.retry();
  }
  if (good.length === 0) return;
  try {
    await record(good.map(({ event }) => event));
    for (const { message } of good) message.ack();
  } catch (error) {
    console.error(`Custody records wait: ${error instanceof Error ? error.message : String(error)}`);
    for (const { message } of good) message.retry();
  }
}
