import type { CloudEvent, NewSubscription, Subscription } from "../../../contracts/ops-events.ts";
import { migrate } from "../../storage/migrate.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import { Deliveries, type Receiver } from "../delivery/deliveries.ts";
import { DeliveryKeeper } from "../delivery/delivery-keeper.ts";
import { requireReachable } from "../delivery/destination.ts";
import { sendRequest } from "../delivery/send-request.ts";
import { signWebhook } from "../delivery/sign-webhook.ts";
import { EventKeeper } from "./event-keeper.ts";
import { hubSchema } from "./hub-schema.ts";
import { RuleKeeper } from "./rule-keeper.ts";
import { type Interest, isOfInterest } from "./subscription-filter.ts";

interface HubOptions {
  clock: Clock;
  random: () => number;
  /** Whether this is the environment of the embedded cloud: receivers are on this machine then, and nowhere else. */
  local: boolean;
  /** Address of the plane. */
  url: string;
}

type Subscribed = Receiver & Interest;

const keptMilliseconds = 30 * 24 * 3_600_000;

/** Events and who gets them: an event is on its way to every subscription in the transaction that stores it. */
export class Hub {
  readonly events: EventKeeper;
  readonly rules: RuleKeeper;
  readonly deliveries: DeliveryKeeper<Subscribed>;
  readonly subscriptions: Deliveries<Subscribed, Subscription>;
  readonly #options: HubOptions;

  constructor(storage: ObjectStorage, options: HubOptions) {
    migrate(storage, "event-hub", hubSchema);
    const { clock, random, local } = options;
    this.#options = options;
    this.rules = new RuleKeeper(storage, clock);
    this.events = new EventKeeper(storage, {
      clock,
      stored: (event, sequence) => {
        this.#send(event, sequence);
        this.rules.judge(event);
      },
    });
    this.deliveries = new DeliveryKeeper(storage, {
      clock,
      random,
      attempt: ({ destination }, sequence, now) => {
        const message = { id: `evt_${sequence}`, body: this.events.body(sequence) };
        const secrets = destination.kind === "webhook" ? destination.secrets : [];
        const headers = {
          "content-type": "application/cloudevents+json; charset=utf-8",
          ...signWebhook(message, secrets, now),
        };
        return sendRequest({ url: destination.url, headers, body: message.body }, { local, now });
      },
      describe: (sequence) => this.events.describe(sequence),
      disabled: ({ id, reason = "", config: { family } }) =>
        void this.events.publish([this.#disabledEvent(id, reason, family)]),
    });
    this.subscriptions = new Deliveries(this.deliveries, {
      clock,
      shown: (report, { topics, filters }) => ({ ...report, topics: [...topics], filters: [...filters] }),
    });
  }

  /** @throws ProblemError 400, 409 */
  subscribe({ name, url, secret, topics, filters, family }: NewSubscription): Subscription {
    requireReachable(url, this.#options.local);
    const destination = { kind: "webhook" as const, url, secrets: [{ secret }] };
    return this.subscriptions.add(name, { destination, topics, filters, ...(family !== undefined && { family }) });
  }

  /** Forgets events of more than thirty days that nobody waits for, and the dead letters of them. */
  tidy(): void {
    const first = this.events.forgetUntil(this.#options.clock.now() - keptMilliseconds, this.deliveries.firstWaiting);
    if (first !== undefined) this.deliveries.forgetBefore(first);
  }

  #send(event: CloudEvent, sequence: number): void {
    // Without a key it has no order to keep.
    const key = event.partitionkey ?? event.subject;
    const lane = key === undefined ? `#${sequence}` : `${event.source} ${key}`;
    for (const { id, config } of this.deliveries.endpoints.all()) {
      if (isOfInterest(event, config)) this.deliveries.enqueue(id, lane, sequence);
    }
  }

  #disabledEvent(id: string, reason: string, family: string | undefined): CloudEvent {
    return {
      specversion: "1.0",
      id: crypto.randomUUID(),
      source: `${this.#options.url}/api/v1/subscriptions`,
      type: "cc.chitty.subscription.disabled",
      subject: id,
      time: new Date(this.#options.clock.now()).toISOString(),
      datacontenttype: "application/json",
      ...(family !== undefined && { family }),
      data: { subscription: id, reason },
    };
  }
}
