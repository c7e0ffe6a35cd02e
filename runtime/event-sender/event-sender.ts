import { type CloudEvent, cloudEvent, largestEvent } from "../../contracts/ops-events.ts";

/** What an event says, besides where it comes from. */
interface Said {
  /** Reverse domain, e.g. `cc.chitty.finance.invoice.paid`. */
  type: string;
  /** What it is about. Events of one subject are delivered in order. */
  subject?: string;
  data?: unknown;
  family?: string;
  /** Absent: a new one. An event that is sent again, after an error, keeps its id: it is taken once. */
  id?: string;
  /** Orders events where the subject does not. */
  partitionkey?: string;
}

/** How a service sends events to the operations plane: `EVENT_QUEUE` is bound to it as a queue. */
export interface EventSender {
  /** @throws ZodError for what is no event; whatever the queue throws. Nothing was sent then: send it again with the same id. */
  send(said: Said): Promise<CloudEvent>;
}

/**
 * @param queue binding of the plane's queue
 * @param source e.g. `chittycanon://core/services/chittyfinance`
 */
export function eventSender(
  queue: { send(body: CloudEvent, options: { contentType: "json" }): Promise<unknown> },
  source: string,
  now: () => number = Date.now,
): EventSender {
  return {
    async send({ data, ...said }) {
      const event = cloudEvent.parse({
        specversion: "1.0",
        id: crypto.randomUUID(),
        source,
        time: new Date(now()).toISOString(),
        ...said,
        ...(data !== undefined && { datacontenttype: "application/json", data }),
      });
      const bytes = new TextEncoder().encode(JSON.stringify(event)).length;
      if (bytes > largestEvent) throw new Error(`The event has ${bytes} bytes; an event has at most ${largestEvent}.`);
      await queue.send(event, { contentType: "json" });
      return event;
    },
  };
}
