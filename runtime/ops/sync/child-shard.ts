import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type { ChildName, ChildRecord } from "../../../contracts/ops-sync.ts";
import { type Outcome, outcomeOf } from "../../problem/problem.ts";
import type { VerifiedCall } from "../../signed-request/signed-request.ts";
import { AlarmSetter } from "../alarm-setter.ts";
import { alarmTime, planeClock } from "../clock.ts";
import { configurationOf } from "../configuration.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { ChildKeeper } from "./child-keeper.ts";
import type { ChildCount, ChildFilter, ChildMessage, ChildObject, Taken } from "./child-object.ts";

const soonMilliseconds = 1_000;
const againMilliseconds = 30_000;

/** When whatever came at the same time has been taken too: storing a tick costs less than the transaction that it is stored in. */
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Keeps the children whose hash falls on it. Its alarm finds those that are silent, and hands its signals to the incident desk. */
export class ChildShard extends DurableObject<OpsEnvironment> implements ChildObject {
  readonly #keeper: ChildKeeper;
  readonly #alarm: AlarmSetter;
  /** Settles when everything is stored that was taken until now. */
  #written: Promise<void> = Promise.resolve();

  constructor(state: DurableObjectState, env: OpsEnvironment) {
    super(state, env);
    this.#keeper = new ChildKeeper(state.storage, state.id.name ?? "children", Math.random, (write) => {
      this.#written = soon().then(() => {
        this.#written = Promise.resolve();
        write();
      });
    });
    this.#alarm = new AlarmSetter(state.storage);
  }

  async receive(
    name: ChildName,
    call: Pick<VerifiedCall, "id" | "expires">,
    message: ChildMessage,
  ): Promise<Outcome<Taken>> {
    const clock = await planeClock(this.env);
    let written: Promise<void> | undefined;
    const outcome = await outcomeOf(() => {
      const taken = this.#keeper.receive(name, call, message, clock);
      // In the same turn: afterwards it may be that of those who came later.
      written = this.#written;
      return taken;
    });
    await written;
    // What is due besides has its alarm already: no need to look for it at each tick.
    if ("value" in outcome) await this.#arm(outcome.value.dueAt);
    return outcome;
  }

  find(name: ChildName): ChildRecord | null {
    return this.#keeper.find(name);
  }

  list(filter: ChildFilter, after: ChildName | null, limit: number): ChildRecord[] {
    return this.#keeper.list(filter, after, limit);
  }

  counts(): ChildCount[] {
    return this.#keeper.counts();
  }

  async setRevoked(name: ChildName, revoked: boolean): Promise<ChildRecord | null> {
    const found = this.#keeper.setRevoked(name, revoked, await planeClock(this.env));
    await this.#arm(this.#keeper.nextDue);
    return found;
  }

  async alarm(): Promise<void> {
    const late = this.#alarm.taken(Date.now());
    const clock = await planeClock(this.env);
    this.#keeper.check(clock, late);
    let again = 0;
    try {
      await this.#keeper.outbox.handOver({
        desk: this.env.INCIDENT_DESK.getByName(onlyObject),
        hub: this.env.EVENT_HUB.getByName(onlyObject),
        source: `${configurationOf(this.env).url}/api/v1/children`,
      });
    } catch (error) {
      console.error(error);
      again = againMilliseconds;
    }
    await this.#arm(this.#keeper.nextDue, again);
  }

  /**
   * @param due when something is due, in the plane's time
   * @param again how long to wait before anything is handed over again, in milliseconds
   */
  async #arm(due = Number.POSITIVE_INFINITY, again = 0): Promise<void> {
    const now = Date.now();
    const wanted = Math.max(alarmTime(due), now + soonMilliseconds);
    await this.#alarm.by(this.#keeper.outbox.empty ? wanted : Math.min(wanted, now + again), now);
  }
}
