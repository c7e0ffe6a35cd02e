import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type { Rollout, RolloutRequest } from "../../../contracts/ops-rollouts.ts";
import type { ChildName, ChildState, ReleaseKind, ReleaseReport } from "../../../contracts/ops-sync.ts";
import { type Outcome, outcomeOf } from "../../problem/problem.ts";
import { AlarmSetter } from "../alarm-setter.ts";
import { alarmTime, planeClock } from "../clock.ts";
import { configurationOf } from "../configuration.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { RolloutKeeper } from "./rollout-keeper.ts";
import type { CurrentRelease, Offer, RolloutObject } from "./rollout-object.ts";

const soonMilliseconds = 1_000;
const againMilliseconds = 30_000;

/** The one object that decides who is offered which release. Its alarm counts silence as failure. */
export class RolloutDesk extends DurableObject<OpsEnvironment> implements RolloutObject {
  readonly #keeper: RolloutKeeper;
  readonly #alarm: AlarmSetter;
  #now = (): number => Date.now();

  constructor(state: DurableObjectState, env: OpsEnvironment) {
    super(state, env);
    this.#keeper = new RolloutKeeper(state.storage, { now: () => this.#now() });
    this.#alarm = new AlarmSetter(state.storage);
  }

  current(): CurrentRelease[] {
    return this.#keeper.current();
  }

  offer(name: ChildName, state: ChildState, kinds: readonly ReleaseKind[]): Promise<Offer[]> {
    return this.#changing(() => this.#keeper.offer(name, state, kinds));
  }

  report(name: ChildName, reports: readonly ReleaseReport[]): Promise<void> {
    return this.#changing(() => this.#keeper.report(name, reports));
  }

  start(
    request: RolloutRequest,
    families: readonly string[],
    populations: Readonly<Record<string, number>>,
    by: string,
  ): Promise<Rollout> {
    return this.#changing(() => this.#keeper.start(request, families, populations, by));
  }

  list(before: number | null, limit: number): Rollout[] {
    return this.#keeper.list(before, limit);
  }

  ofService(service: string): Rollout[] {
    return this.#keeper.ofService(service);
  }

  setPaused(service: string, paused: boolean, by: string): Promise<Outcome<Rollout[]>> {
    return this.#changing(() => outcomeOf(() => this.#keeper.setPaused(service, paused, by)));
  }

  async alarm(): Promise<void> {
    this.#alarm.taken(Date.now());
    let again = 0;
    await this.#changing(() => this.#keeper.check());
    try {
      await this.#keeper.outbox.handOver({
        desk: this.env.INCIDENT_DESK.getByName(onlyObject),
        hub: this.env.EVENT_HUB.getByName(onlyObject),
        source: `${configurationOf(this.env).url}/api/v1/rollouts`,
      });
    } catch (error) {
      console.error(error);
      again = againMilliseconds;
    }
    await this.#arm(again);
  }

  async #changing<T>(work: () => T | Promise<T>): Promise<T> {
    this.#now = (await planeClock(this.env)).now;
    const result = await work();
    await this.#arm();
    return result;
  }

  /** @param again how long to wait before anything is handed over again, in milliseconds */
  async #arm(again = 0): Promise<void> {
    const { nextDue = Number.POSITIVE_INFINITY, outbox } = this.#keeper;
    const now = Date.now();
    const due = Math.max(alarmTime(nextDue), now + soonMilliseconds);
    await this.#alarm.by(outbox.empty ? due : Math.min(due, now + again), now);
  }
}
