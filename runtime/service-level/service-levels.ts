import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import { childOfFamily } from "../configuration/child-of.ts";
import { type Observation, ServiceLevelMeter, type ServiceLevelReport } from "./service-level-meter.ts";

/** The measure of a tenant's service level objectives. */
export class ServiceLevels extends DurableObject<{ CHILD: string }> {
  readonly #meter: ServiceLevelMeter;

  constructor(state: DurableObjectState, env: { CHILD: string }) {
    super(state, env);
    const { serviceLevels } = childOfFamily(env, "digital-dossier");
    this.#meter = new ServiceLevelMeter(state.storage, { now: () => Date.now() }, serviceLevels);
  }

  observe(observation: Observation): void {
    this.#meter.observe(observation);
  }

  report(): ServiceLevelReport[] {
    return this.#meter.report();
  }
}
