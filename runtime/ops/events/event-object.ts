import type { CloudEvent, EventPage, EventRule, NewSubscription, Subscription } from "../../../contracts/ops-events.ts";
import type { Outcome } from "../../problem/problem.ts";
import type { DeliveryObject } from "../delivery/delivery-object.ts";

/** What the rest of the plane asks of the event hub. */
export interface EventObject extends DeliveryObject<Subscription> {
  /** Stores an event; one with a source and id that is there already changes nothing. */
  publish(event: CloudEvent): Promise<{ sequence: number; known: boolean }>;
  /** All of them, or none. */
  publishAll(events: CloudEvent[]): Promise<Outcome<{ sequence: number; known: boolean }[]>>;
  list(query: EventQuery): Promise<EventPage>;
  subscribe(subscription: NewSubscription): Promise<Outcome<Subscription>>;
  rules(): Promise<EventRule[]>;
  /** One of the same name is replaced. */
  setRule(rule: EventRule): Promise<Outcome<null>>;
  removeRule(name: string): Promise<Outcome<null>>;
}

export interface EventQuery {
  families: "all" | string[];
  topic?: string | undefined;
  /** In order, after this sequence number. */
  after?: number | undefined;
  /** Backwards, before this sequence number. */
  before?: number | undefined;
  limit: number;
}
