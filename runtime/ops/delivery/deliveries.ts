import type { DeadLetterPage, EndpointReport, SecretRotation } from "../../../contracts/ops-deliveries.ts";
import { type Outcome, outcomeOf, ProblemError } from "../../problem/problem.ts";
import type { Clock } from "../../storage/object-storage.ts";
import type { DeliveryKeeper } from "./delivery-keeper.ts";
import { type Destination, targetOf } from "./destination.ts";
import { rotated } from "./sign-webhook.ts";

/** What a receiver is kept with, besides what its owner adds. */
export interface Receiver {
  destination: Destination;
  family?: string | undefined;
}

/** What people do with receivers and dead letters, over what delivers to them. */
export class Deliveries<C extends Receiver, R extends EndpointReport> {
  readonly #keeper: DeliveryKeeper<C>;
  readonly #clock: Clock;
  readonly #shown: (report: EndpointReport, config: C) => R;

  constructor(
    keeper: DeliveryKeeper<C>,
    { clock, shown }: { clock: Clock; shown: (report: EndpointReport, config: C) => R },
  ) {
    this.#keeper = keeper;
    this.#clock = clock;
    this.#shown = shown;
  }

  add(id: string, config: C): R {
    this.#keeper.endpoints.add(id, config);
    return this.#report(id);
  }

  all(families: "all" | string[]): R[] {
    return this.#keeper.endpoints
      .all()
      .filter(({ config }) => isSeen(config, families))
      .map(({ id }) => this.#report(id));
  }

  find(id: string, families: "all" | string[]): R | undefined {
    const endpoint = this.#keeper.endpoints.find(id);
    return endpoint !== undefined && isSeen(endpoint.config, families) ? this.#report(id) : undefined;
  }

  remove(id: string): Promise<Outcome<null>> {
    return outcomeOf(() => {
      this.#keeper.remove(id);
      return null;
    });
  }

  enable(id: string): Promise<Outcome<R>> {
    return outcomeOf(() => {
      this.#keeper.endpoints.enable(id);
      return this.#report(id);
    });
  }

  rotate(id: string, { secret, overlapSeconds }: SecretRotation): Promise<Outcome<R>> {
    return outcomeOf(() => {
      const endpoint = this.#keeper.endpoints.existing(id);
      const { destination } = endpoint.config;
      if (destination.kind !== "webhook") {
        const detail = `${id} is no webhook: it has no secret to sign with. Remove it and add it anew with what has changed.`;
        throw new ProblemError({ status: 409, title: "Nothing to rotate", detail });
      }
      const now = this.#clock.now();
      destination.secrets = rotated(destination.secrets, secret, now + overlapSeconds * 1_000, now);
      this.#keeper.endpoints.save(endpoint);
      return this.#report(id);
    });
  }

  deadLetters(query: { endpoint: string; after: number; limit: number }): DeadLetterPage {
    return this.#keeper.deadLetters(query);
  }

  replay(endpoint: string, id?: number): Promise<Outcome<{ replayed: number }>> {
    return outcomeOf(() => ({ replayed: this.#keeper.replay(endpoint, id) }));
  }

  #report(id: string): R {
    const { config } = this.#keeper.endpoints.existing(id);
    return this.#shown({ ...this.#keeper.report(id), target: targetOf(config.destination, config.family) }, config);
  }
}

const isSeen = ({ family }: Receiver, families: "all" | string[]): boolean =>
  families === "all" || (family !== undefined && families.includes(family));
