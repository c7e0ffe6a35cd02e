import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type {
  AlertRoute,
  Heartbeat,
  NewDestination,
  NewHeartbeat,
  NewSilence,
  Silence,
} from "../../../contracts/ops-alerts.ts";
import type { Actor } from "../../../contracts/ops-audit.ts";
import type { DeadLetterPage, EndpointReport, SecretRotation } from "../../../contracts/ops-deliveries.ts";
import type {
  Incident,
  IncidentAction,
  IncidentDetail,
  IncidentPage,
  RelatedChange,
  Signal,
} from "../../../contracts/ops-incidents.ts";
import { type Outcome, outcomeOf } from "../../problem/problem.ts";
import type { Clock } from "../../storage/object-storage.ts";
import type { AlertObject } from "../alerts/alert-object.ts";
import { alarmTime, planeClock } from "../clock.ts";
import { configurationOf } from "../configuration.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { Desk } from "./desk.ts";
import type { Families, IncidentObject, IncidentQuery } from "./incident-object.ts";

const againMilliseconds = 5_000;
const safetyMilliseconds = 60_000;

/** The one desk that incidents come to. Who is to be told of them is told at once, and by the alarm whatever happens to this process. */
export class IncidentDesk extends DurableObject<OpsEnvironment> implements IncidentObject, AlertObject {
  #clock: Clock = { now: () => Date.now() };
  readonly #desk: Desk;

  constructor(state: DurableObjectState, env: OpsEnvironment) {
    super(state, env);
    const { environment, url, families } = configurationOf(env);
    this.#desk = new Desk(state.storage, {
      clock: { now: () => this.#clock.now() },
      random: Math.random,
      local: environment === "local",
      url,
      family: families[0] ?? "",
    });
  }

  raise(signal: Signal, by?: Actor): Promise<{ id: string; opened: boolean }> {
    return this.#changing(() => this.#desk.incidents.raise(signal, by));
  }

  clear(fingerprint: string, _at: string, reason: string, subject?: string): Promise<void> {
    return this.#changing(() => this.#desk.incidents.clear(fingerprint, reason, subject));
  }

  act(id: string, action: IncidentAction, by: Actor): Promise<Outcome<Incident>> {
    return this.#changing(() => outcomeOf(() => this.#desk.incidents.act(id, action, by)));
  }

  async list(query: IncidentQuery): Promise<IncidentPage> {
    return this.#desk.incidents.list(query);
  }

  async get(id: string, families: Families): Promise<IncidentDetail | undefined> {
    return this.#desk.incidents.get(id, families);
  }

  noteChange(id: string, change: RelatedChange & { family?: string }): Promise<void> {
    return this.#changing(() => this.#desk.incidents.noteChange(id, change));
  }

  addDestination(destination: NewDestination): Promise<Outcome<EndpointReport>> {
    return this.#changing(() => outcomeOf(() => this.#desk.addDestination(destination)));
  }

  async endpoints(families: Families): Promise<EndpointReport[]> {
    return this.#desk.destinations.all(families);
  }

  async endpoint(id: string, families: Families): Promise<EndpointReport | undefined> {
    return this.#desk.destinations.find(id, families);
  }

  removeEndpoint(id: string): Promise<Outcome<null>> {
    return this.#changing(() => this.#desk.destinations.remove(id));
  }

  enableEndpoint(id: string): Promise<Outcome<EndpointReport>> {
    return this.#changing(() => this.#desk.destinations.enable(id));
  }

  rotateSecret(id: string, rotation: SecretRotation): Promise<Outcome<EndpointReport>> {
    return this.#changing(() => this.#desk.destinations.rotate(id, rotation));
  }

  async deadLetters(query: { endpoint: string; after: number; limit: number }): Promise<DeadLetterPage> {
    return this.#desk.destinations.deadLetters(query);
  }

  replay(endpoint: string, id?: number): Promise<Outcome<{ replayed: number }>> {
    return this.#changing(() => this.#desk.destinations.replay(endpoint, id));
  }

  async routes(): Promise<AlertRoute[]> {
    return this.#desk.rules.routes();
  }

  setRoute(route: AlertRoute): Promise<Outcome<null>> {
    return this.#telling(() => this.#desk.setRoute(route));
  }

  removeRoute(name: string): Promise<Outcome<null>> {
    return this.#telling(() => this.#desk.rules.removeRoute(name));
  }

  async silences(): Promise<Silence[]> {
    return this.#changing(() => this.#desk.rules.silences());
  }

  addSilence(silence: NewSilence, by: string): Promise<Outcome<Silence>> {
    return this.#changing(() => outcomeOf(() => this.#desk.rules.addSilence(silence, by)));
  }

  removeSilence(id: string): Promise<Outcome<null>> {
    return this.#telling(() => {
      this.#desk.rules.removeSilence(id);
      this.#desk.alerts.reconsider();
    });
  }

  async heartbeat(): Promise<Heartbeat | null> {
    return this.#desk.heartbeat.report() ?? null;
  }

  setHeartbeat(heartbeat: NewHeartbeat | null): Promise<Outcome<null>> {
    return this.#telling(() => {
      if (heartbeat === null) this.#desk.heartbeat.remove();
      else this.#desk.setHeartbeat(heartbeat);
    });
  }

  async alarm(): Promise<void> {
    this.#clock = await planeClock(this.env);
    // It holds should this process end in the middle.
    await this.ctx.storage.setAlarm(Date.now() + safetyMilliseconds);
    await this.#run();
  }

  #telling(work: () => void): Promise<Outcome<null>> {
    return this.#changing(() =>
      outcomeOf(() => {
        work();
        return null;
      }),
    );
  }

  async #changing<T>(work: () => T | Promise<T>): Promise<T> {
    this.#clock = await planeClock(this.env);
    const result = await work();
    await this.#wake();
    // What was changed is kept; what it tells others is tried at once, and again by the alarm.
    this.ctx.waitUntil(this.#run());
    return result;
  }

  async #run(): Promise<void> {
    await this.#flush();
    await this.#desk.run();
    await this.#flush();
    await this.#wake();
  }

  async #flush(): Promise<void> {
    if (this.#desk.outbox.empty) return;
    try {
      await this.#desk.outbox.flush(this.env.EVENT_HUB.getByName(onlyObject));
    } catch (error) {
      console.error(error);
    }
  }

  async #wake(): Promise<void> {
    const due = this.#desk.nextDue;
    const alarms = [
      ...(due === undefined ? [] : [alarmTime(due)]),
      ...(this.#desk.outbox.empty ? [] : [Date.now() + againMilliseconds]),
    ];
    if (alarms.length === 0) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(Math.min(...alarms));
  }
}
