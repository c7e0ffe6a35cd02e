import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type { DeadLetterPage, SecretRotation } from "../../../contracts/ops-deliveries.ts";
import type { CloudEvent, EventPage, EventRule, NewSubscription, Subscription } from "../../../contracts/ops-events.ts";
import { type Outcome, outcomeOf, valueOrThrow } from "../../problem/problem.ts";
import type { Clock } from "../../storage/object-storage.ts";
import { alarmTime, planeClock } from "../clock.ts";
import { configurationOf } from "../configuration.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { deploymentOf } from "./deployment-of.ts";
import type { Published } from "./event-keeper.ts";
import type { EventObject, EventQuery } from "./event-object.ts";
import { Hub } from "./hub.ts";

const safetyMilliseconds = 60_000;
const againMilliseconds = 5_000;

/** The one hub that events come to. What is published is sent on at once, and by the alarm whatever happens to this process. */
export class EventHub extends DurableObject<OpsEnvironment> implements EventObject {
  #clock: Clock = { now: () => Date.now() };
  readonly #hub: Hub;

  constructor(state: DurableObjectState, env: OpsEnvironment) {
    super(state, env);
    const { environment, url } = configurationOf(env);
    const clock = { now: () => this.#clock.now() };
    this.#hub = new Hub(state.storage, { clock, random: Math.random, local: environment === "local", url });
  }

  async publish(event: CloudEvent): Promise<Published> {
    const [published] = valueOrThrow(await this.publishAll([event]));
    return published ?? { sequence: 0, known: false };
  }

  async publishAll(events: CloudEvent[]): Promise<Outcome<Published[]>> {
    const outcome = await this.#changing(() => outcomeOf(() => this.#hub.events.publish(events)));
    if ("problem" in outcome) return outcome;
    for (const event of events) {
      const deployment = deploymentOf(event, this.#clock.now(), configurationOf(this.env).families[0]);
      // Told again with the event, should this fail: whoever published it gets an error and comes again.
      if (deployment !== undefined) await this.env.INCIDENT_DESK.getByName(onlyObject).noteChange(...deployment);
    }
    return outcome;
  }

  async list(query: EventQuery): Promise<EventPage> {
    return this.#hub.events.list(query);
  }

  subscribe(subscription: NewSubscription): Promise<Outcome<Subscription>> {
    return this.#changing(() => outcomeOf(() => this.#hub.subscribe(subscription)));
  }

  async rules(): Promise<EventRule[]> {
    return this.#hub.rules.all();
  }

  setRule(rule: EventRule): Promise<Outcome<null>> {
    return this.#changing(() => done(() => this.#hub.rules.set(rule)));
  }

  removeRule(name: string): Promise<Outcome<null>> {
    return this.#changing(() => done(() => this.#hub.rules.remove(name)));
  }

  async endpoints(families: "all" | string[]): Promise<Subscription[]> {
    return this.#hub.subscriptions.all(families);
  }

  async endpoint(id: string, families: "all" | string[]): Promise<Subscription | undefined> {
    return this.#hub.subscriptions.find(id, families);
  }

  removeEndpoint(id: string): Promise<Outcome<null>> {
    return this.#changing(() => this.#hub.subscriptions.remove(id));
  }

  enableEndpoint(id: string): Promise<Outcome<Subscription>> {
    return this.#changing(() => this.#hub.subscriptions.enable(id));
  }

  rotateSecret(id: string, rotation: SecretRotation): Promise<Outcome<Subscription>> {
    return this.#changing(() => this.#hub.subscriptions.rotate(id, rotation));
  }

  async deadLetters(query: { endpoint: string; after: number; limit: number }): Promise<DeadLetterPage> {
    return this.#hub.subscriptions.deadLetters(query);
  }

  replay(endpoint: string, id?: number): Promise<Outcome<{ replayed: number }>> {
    return this.#changing(() => this.#hub.subscriptions.replay(endpoint, id));
  }

  async alarm(): Promise<void> {
    this.#clock = await planeClock(this.env);
    // It holds should this process end in the middle.
    await this.ctx.storage.setAlarm(Date.now() + safetyMilliseconds);
    await this.#deliver();
    this.#hub.tidy();
  }

  async #changing<T>(work: () => T | Promise<T>): Promise<T> {
    this.#clock = await planeClock(this.env);
    const result = await work();
    await this.#wake();
    this.ctx.waitUntil(this.#deliver());
    return result;
  }

  async #deliver(): Promise<void> {
    await this.#tellDesk();
    await this.#hub.deliveries.run();
    await this.#wake();
  }

  async #wake(): Promise<void> {
    const due = this.#hub.deliveries.nextDue;
    const alarms = [
      ...(due === undefined ? [] : [alarmTime(due)]),
      ...(this.#hub.rules.settled ? [] : [Date.now() + againMilliseconds]),
    ];
    if (alarms.length === 0) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Math.min(...alarms));
  }

  /** What rules say of events; when the desk fails it is told again. */
  async #tellDesk(): Promise<void> {
    if (this.#hub.rules.settled) return;
    try {
      await this.#hub.rules.tell(this.env.INCIDENT_DESK.getByName(onlyObject));
    } catch (error) {
      console.error(error);
    }
  }
}

function done(work: () => void): Promise<Outcome<null>> {
  return outcomeOf(() => {
    work();
    return null;
  });
}
