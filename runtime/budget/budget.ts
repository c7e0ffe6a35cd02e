import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type { BudgetLevel } from "../../contracts/lite-child.ts";
import type { Release } from "../../contracts/ops-sync.ts";
import { childOf } from "../configuration/child-of.ts";
import { ParentLink, type ParentSettings, type TickStart } from "../parent-sync/parent-link.ts";
import { type Outcome, outcomeOf } from "../problem/problem.ts";
import { BudgetMeter, type Usage } from "./budget-meter.ts";

/** The counter of a child's requests and budget, and what it keeps of its link to the parent. */
export class Budget extends DurableObject<{ CHILD: string }> {
  readonly #meter: BudgetMeter;
  readonly #link: ParentLink;

  constructor(state: DurableObjectState, env: { CHILD: string }) {
    super(state, env);
    const child = childOf(env);
    const budget = child.family === "chitty-apps" ? child.budget : undefined;
    this.#meter = new BudgetMeter(state.storage, { now: () => Date.now() }, budget);
    this.#link = new ParentLink(state.storage);
  }

  use(units: number): Usage {
    return this.#meter.use(units);
  }

  usage(): Usage {
    return this.#meter.usage();
  }

  set(change: { level: BudgetLevel; until: number } | null): Usage {
    return this.#meter.set(change);
  }

  takeOnce(call: { id: string; expires: number }): Promise<Outcome<void>> {
    return outcomeOf(() => this.#meter.takeOnce(call));
  }

  /** What the parent's releases in force say. */
  settings(): ParentSettings {
    return this.#link.settings();
  }

  begin(now: number): TickStart | undefined {
    return this.#link.begin(now);
  }

  answered(told: TickStart, runs: string | null, nextSeconds: number, now: number): void {
    this.#link.answered(told, runs, nextSeconds, now);
  }

  failed(now: number, random: number, wish: number | undefined): void {
    this.#link.failed(now, random, wish);
  }

  apply(release: Release): ReturnType<ParentLink["apply"]> {
    return this.#link.apply(release);
  }

  settle(release: Pick<Release, "kind" | "counter">, problem: string | undefined): void {
    this.#link.settle(release, problem);
  }

  refuse(reason: string): void {
    this.#link.refuse(reason);
  }
}
