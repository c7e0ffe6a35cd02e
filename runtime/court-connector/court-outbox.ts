import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import type { LiteChildOf } from "../../contracts/lite-child.ts";
import { childOfFamily } from "../configuration/child-of.ts";
import { KeyRing } from "../documents/key-ring.ts";
import { type Outcome, outcomeOf, ProblemError } from "../problem/problem.ts";
import { signRequest } from "../signed-request/signed-request.ts";
import { courtKey } from "./court-keys.ts";
import { type Filing, type FilingState, Outbox } from "./outbox.ts";

interface Environment {
  CHILD: string;
  ROOT_KEY: string;
}

const safetyMilliseconds = 10 * 60_000;
const answerWithinMilliseconds = 30_000;

/** The connector to the court's system. Filings are kept here first; the alarm sends them. */
export class CourtOutbox extends DurableObject<Environment> {
  readonly #outbox: Outbox;
  readonly #ring: KeyRing;

  constructor(state: DurableObjectState, env: Environment) {
    super(state, env);
    this.#outbox = new Outbox(state.storage, { clock: { now: () => Date.now() }, random: Math.random });
    this.#ring = new KeyRing(env.ROOT_KEY);
  }

  submit(key: string, body: string): Promise<Outcome<Filing>> {
    return this.#changing(() => {
      this.#court();
      return this.#outbox.submit(key, body);
    });
  }

  list(state: FilingState | undefined, limit: number): Filing[] {
    return this.#outbox.list(state, limit);
  }

  replay(key: string): Promise<Outcome<Filing>> {
    return this.#changing(() => this.#outbox.replay(key));
  }

  async alarm(): Promise<void> {
    // It holds if this process ends here, or if the keys cannot be had.
    await this.ctx.storage.setAlarm(Date.now() + safetyMilliseconds);
    const { child, court, keyVersion } = this.#court();
    const { key, kid } = await courtKey(this.#ring, keyVersion);
    const signer = { key, header: { alg: "EdDSA", kid }, issuer: child, audience: court.system };
    await this.#outbox.attempt(async (filing, now) => {
      const signed = await signRequest({ method: "POST", url: court.url, body: filing.body }, signer, filing.key, now);
      return fetch(court.url, {
        method: "POST",
        headers: { ...signed, "content-type": "application/json", "idempotency-key": filing.key },
        body: filing.body,
        redirect: "manual",
        signal: AbortSignal.timeout(answerWithinMilliseconds),
      });
    });
    await this.#wake();
  }

  async #changing<T>(work: () => T): Promise<Outcome<T>> {
    const outcome = await outcomeOf(work);
    await this.#wake();
    return outcome;
  }

  async #wake(): Promise<void> {
    const due = this.#outbox.nextDue;
    if (due === undefined) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(due);
  }

  #court(): LiteChildOf<"cook-county"> & { court: NonNullable<LiteChildOf<"cook-county">["court"]> } {
    const child = childOfFamily(this.env, "cook-county");
    if (child.court !== undefined) return { ...child, court: child.court };
    throw new ProblemError({
      status: 501,
      title: "No court system",
      detail: "This child is connected to no court's system. Name one (court) in its configuration.",
    });
  }
}
