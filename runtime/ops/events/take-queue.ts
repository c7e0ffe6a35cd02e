import type { MessageBatch } from "@cloudflare/workers-types";
import { type CloudEvent, cloudEvent } from "../../../contracts/ops-events.ts";
import type { EventObject } from "./event-object.ts";

const retrySeconds = 10;
const shownCharacters = 2_000;

/**
 * Takes what services sent to the queue: stored before it is acknowledged. What is no event becomes one that says so, `cc.chitty.event.refused`,
 * so that somebody sees it; it would be none the next time either. When the hub fails, the queue comes again.
 */
export async function takeQueue(
  { messages }: Pick<MessageBatch, "messages">,
  hub: { publishAll(events: CloudEvent[]): ReturnType<EventObject["publishAll"]> },
  planeUrl: string,
): Promise<void> {
  for (const message of messages) {
    try {
      const event = cloudEvent.safeParse(message.body);
      const outcome = event.success ? await hub.publishAll([event.data]) : undefined;
      const refusal =
        outcome === undefined
          ? event.error?.issues.map(({ path, message: reason }) => `${path.join(".") || "event"}: ${reason}`).join("; ")
          : "problem" in outcome
            ? outcome.problem.detail
            : undefined;
      if (refusal !== undefined) await hub.publishAll([refused(message, refusal, planeUrl)]);
      message.ack();
    } catch (error) {
      console.error(error);
      message.retry({ delaySeconds: retrySeconds });
    }
  }
}

function refused(message: MessageBatch["messages"][number], reason: string, planeUrl: string): CloudEvent {
  const body = typeof message.body === "string" ? message.body : (JSON.stringify(message.body) ?? String(message.body));
  return {
    specversion: "1.0",
    id: message.id,
    source: `${planeUrl}/queue`,
    type: "cc.chitty.event.refused",
    time: message.timestamp.toISOString(),
    datacontenttype: "application/json",
    data: { reason: reason.slice(0, shownCharacters), body: body.slice(0, shownCharacters) },
  };
}
