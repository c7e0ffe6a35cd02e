import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type { NewOperation, Operation, OperationPage } from "../../../contracts/ops-operations.ts";
import { type Outcome, outcomeOf, valueOrThrow } from "../../problem/problem.ts";
import type { Clock } from "../../storage/object-storage.ts";
import { alarmTime, planeClock } from "../clock.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import { OperationKeeper, type OperationWork } from "./operation-keeper.ts";
import type { OperationObject } from "./operation-object.ts";

const safetyMilliseconds = 60_000;
const looked = 100;

/** The one desk of operations across services. Its alarm takes each from step to step. */
export class OperationDesk extends DurableObject<OpsEnvironment> implements OperationObject {
  #clock: Clock = { now: () => Date.now() };
  readonly #keeper: OperationKeeper;

  constructor(state: DurableObjectState, env: OpsEnvironment) {
    super(state, env);
    const clock = { now: () => this.#clock.now() };
    this.#keeper = new OperationKeeper(state.storage, clock, operationWork(env, clock));
  }

  start(operation: NewOperation, by: string): Promise<Outcome<Operation>> {
    return this.#changing(() => this.#keeper.start(operation, by));
  }

  async list(families: "all" | string[], after: string | undefined, limit: number): Promise<OperationPage> {
    return this.#keeper.list(families, after, limit);
  }

  async get(id: string): Promise<Operation | undefined> {
    return this.#keeper.get(id);
  }

  cancel(id: string, by: string): Promise<Outcome<Operation>> {
    return this.#changing(() => this.#keeper.cancel(id, by));
  }

  async alarm(): Promise<void> {
    this.#clock = await planeClock(this.env);
    // It holds should this process end in the middle.
    await this.ctx.storage.setAlarm(Date.now() + safetyMilliseconds);
    await this.#keeper.run();
    await this.#wake();
  }

  async #changing<T>(work: () => T): Promise<Outcome<T>> {
    this.#clock = await planeClock(this.env);
    const outcome = await outcomeOf(work);
    await this.#wake();
    return outcome;
  }

  async #wake(): Promise<void> {
    const due = this.#keeper.nextDue;
    if (due === undefined) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(alarmTime(due));
  }
}

function operationWork(env: OpsEnvironment, clock: Clock): OperationWork {
  const directory = () => env.DIRECTORY.getByName(onlyObject);
  return {
    async beginMaintenance({ id, services, family, reason, by }, endsAt) {
      const named = `${reason} (${id})`;
      const { windows } = await directory().maintenance([family], undefined, looked);
      const known = windows.find((window) => window.reason === named && window.state !== "ended");
      return (
        known?.id ?? valueOrThrow(await directory().planMaintenance({ services, family, reason: named, endsAt }, by)).id
      );
    },
    endMaintenance: (window) => directory().endMaintenance(window),
    async deployment({ stack }, after) {
      const until = new Date(clock.now()).toISOString();
      const deployments = await env.AUDIT_LOG.getByName(onlyObject).deployments(after, until, looked);
      return deployments.filter((deployment) => deployment.stack === stack).at(-1)?.outcome;
    },
    async unhealthy({ services }) {
      const checked = await Promise.all(
        services.map(async (service) => {
          const outcome = await directory().check(service);
          return "value" in outcome && ["healthy", "excluded"].includes(outcome.value.health) ? [] : [service];
        }),
      );
      return checked.flat();
    },
    async raise({ id, family, stack, services }, reason) {
      await env.INCIDENT_DESK.getByName(onlyObject).raise({
        fingerprint: `operation/${id}`,
        title: `The operation ${id} on ${stack} was undone`,
        severity: "major",
        family,
        source: "operations",
        ...(services[0] !== undefined && { subject: services[0] }),
        description: `${reason}. The maintenance is over; what was deployed stays as it is: see whether the services are well, or deploy what was before.`,
        at: new Date(clock.now()).toISOString(),
      });
    },
  };
}
