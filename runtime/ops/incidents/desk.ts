import type { AlertRoute, NewDestination, NewHeartbeat } from "../../../contracts/ops-alerts.ts";
import type { EndpointReport } from "../../../contracts/ops-deliveries.ts";
import { ProblemError } from "../../problem/problem.ts";
import { migrate } from "../../storage/migrate.ts";
import type { Clock, ObjectStorage } from "../../storage/object-storage.ts";
import { AlertKeeper } from "../alerts/alert-keeper.ts";
import { alertRequest } from "../alerts/alert-request.ts";
import { AlertRules } from "../alerts/alert-rules.ts";
import { DeadManSwitch } from "../alerts/dead-man-switch.ts";
import { Deliveries, type Receiver } from "../delivery/deliveries.ts";
import { DeliveryKeeper } from "../delivery/delivery-keeper.ts";
import { type Destination, requireReachable } from "../delivery/destination.ts";
import type { Endpoint } from "../delivery/endpoint-list.ts";
import { type DeliveryRequest, sendRequest } from "../delivery/send-request.ts";
import { EventOutbox } from "../events/event-outbox.ts";
import { deskSchema } from "./desk-schema.ts";
import { incidentEvent } from "./incident-event.ts";
import { IncidentKeeper, plane } from "./incident-keeper.ts";

interface DeskOptions {
  clock: Clock;
  random: () => number;
  /** Whether this is the environment of the embedded cloud: destinations are on this machine then, and nowhere else. */
  local: boolean;
  /** Address of the plane. */
  url: string;
  /** Core's own family: troubles of the plane itself are its incidents. */
  family: string;
}

/** A destination that failed for so long is an incident of its own. */
const troubleMilliseconds = 5 * 60_000;

/** Incidents, who is told of them, and the telling: what happens to an incident is on its way in the transaction that changes it. */
export class Desk {
  readonly incidents: IncidentKeeper;
  readonly rules: AlertRules;
  readonly alerts: AlertKeeper;
  readonly deliveries: DeliveryKeeper<Receiver>;
  readonly destinations: Deliveries<Receiver, EndpointReport>;
  readonly heartbeat: DeadManSwitch;
  readonly outbox: EventOutbox;
  readonly #options: DeskOptions;

  constructor(storage: ObjectStorage, options: DeskOptions) {
    migrate(storage, "incident-desk", deskSchema);
    const { clock, random, url } = options;
    this.#options = options;
    this.outbox = new EventOutbox(storage);
    this.incidents = new IncidentKeeper(storage, {
      clock,
      changed: (incident, what, entry) => {
        this.outbox.add(incidentEvent(incident, what, entry, url));
        this.alerts.changed(incident, what);
      },
    });
    this.rules = new AlertRules(storage, clock);
    this.alerts = new AlertKeeper(storage, {
      clock,
      rules: this.rules,
      url,
      incident: (id) => this.incidents.find(id),
      escalate: (id, reason) => void this.incidents.act(id, { kind: "escalate", reason }, plane),
      tell: (destination, group, notice) => this.#tell(destination, group, notice),
      remark: (id, what, text) => this.incidents.remark(id, what, text),
    });
    this.deliveries = new DeliveryKeeper<Receiver>(storage, {
      clock,
      random,
      attempt: ({ destination }, number, now) =>
        this.#send(alertRequest(destination, this.alerts.notice(number), `alert_${number}`, now)),
      describe: (number) => this.alerts.describe(number),
      failed: (endpoint) => this.#troubleWith(endpoint),
      disabled: (endpoint) => this.#troubleWith(endpoint),
      recovered: ({ id }) => this.incidents.clear(troubleOf(id), "it takes alerts again"),
    });
    this.destinations = new Deliveries(this.deliveries, { clock, shown: (report) => report });
    this.heartbeat = new DeadManSwitch(storage);
  }

  /** @throws ProblemError 400, 409 */
  addDestination(given: NewDestination): EndpointReport {
    requireReachable(given.url, this.#options.local);
    const { name, family } = given;
    return this.destinations.add(name, { destination: destinationOf(given), ...(family !== undefined && { family }) });
  }

  /** @throws ProblemError 400: it names destinations that are not there; 409 */
  setRoute(route: AlertRoute): void {
    const named = [...route.destinations, ...(route.escalateTo ?? [])];
    const missing = named.filter((name) => this.deliveries.endpoints.find(name) === undefined);
    if (missing.length > 0) {
      const detail = `destinations: there is no ${missing.join(", ")}. Add the destination first.`;
      throw new ProblemError({ status: 400, title: "Input not accepted", detail });
    }
    this.rules.setRoute(route);
  }

  /** @throws ProblemError 400 */
  setHeartbeat(given: NewHeartbeat): void {
    requireReachable(given.url, this.#options.local);
    this.heartbeat.set(given, this.#options.clock.now());
  }

  /** Makes what notices are due, delivers what is, and tells the outside switch that all is well. */
  async run(): Promise<void> {
    this.incidents.tidy();
    this.alerts.run();
    await this.deliveries.run();
    const first = this.alerts.tidy(this.deliveries.firstWaiting);
    if (first !== undefined) this.deliveries.forgetBefore(first);
    const met = await this.heartbeat.beat(this.#options.clock.now(), this.#trouble(), (request) => this.#send(request));
    if (met?.taken === false)
      this.#raise("alerting/heartbeat", "The outside switch cannot be told that all is well", met.outcome);
    if (met?.taken === true) this.incidents.clear("alerting/heartbeat", "it is told again");
  }

  /** When `run` has to be called next, in milliseconds since the epoch. */
  get nextDue(): number | undefined {
    const dues = [this.alerts.nextDue, this.deliveries.nextDue, this.heartbeat.nextDue];
    const known = dues.filter((due) => due !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  #send(request: DeliveryRequest) {
    return sendRequest(request, { local: this.#options.local, now: this.#options.clock.now() });
  }

  #tell(destination: string, group: string, number: number): void {
    const endpoint = this.deliveries.endpoints.find(destination);
    if (endpoint === undefined) return;
    const { incidents } = this.alerts.notice(number);
    // A destination of one family hears nothing of others; and one that fails is not told so.
    if (endpoint.config.family !== undefined && incidents.some(({ family }) => family !== endpoint.config.family))
      return;
    if (incidents.every(({ source, subject }) => source === "alerting" && subject === destination)) return;
    this.deliveries.enqueue(destination, group, number);
  }

  #troubleWith({ id, state, reason, failingSince, lastOutcome = "" }: Endpoint<Receiver>): void {
    const failedFor = this.#options.clock.now() - (failingSince ?? Number.POSITIVE_INFINITY);
    if (state === "disabled") this.#raise(troubleOf(id), `Alerts reach ${id} no more`, reason ?? "", id);
    else if (failedFor >= troubleMilliseconds) this.#raise(troubleOf(id), `Alerts do not reach ${id}`, lastOutcome, id);
  }

  #raise(fingerprint: string, title: string, description: string, subject = "heartbeat"): void {
    this.incidents.raise({
      fingerprint,
      title,
      severity: "major",
      family: this.#options.family,
      source: "alerting",
      subject,
      description,
      at: new Date(this.#options.clock.now()).toISOString(),
    });
  }

  #trouble(): string | undefined {
    const now = this.#options.clock.now();
    const bad = this.deliveries.endpoints
      .all()
      .filter(({ state, failingSince }) => state === "disabled" || now - (failingSince ?? now) >= troubleMilliseconds);
    return bad.length === 0 ? undefined : `alerts do not reach ${bad.map(({ id }) => id).join(", ")}`;
  }
}

const troubleOf = (destination: string): string => `alerting/${destination}`;

function destinationOf(given: NewDestination): Destination {
  switch (given.kind) {
    case "webhook":
      return { kind: "webhook", url: given.url, secrets: [{ secret: given.secret }] };
    case "slack":
      return { kind: "slack", url: given.url };
    case "pagerduty":
      return { kind: "pagerduty", url: given.url, routingKey: given.routingKey };
    case "email":
      return { kind: "email", url: given.url, apiKey: given.apiKey, from: given.from, to: given.to };
  }
}
