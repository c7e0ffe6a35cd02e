import type { Clock } from "../../storage/object-storage.ts";
import type { Endpoint } from "./endpoint-list.ts";
import type { Attempted } from "./send-request.ts";

/** What whoever owns a `DeliveryKeeper` does for it. */
export interface DeliveryOptions<C> {
  clock: Clock;
  random: () => number;
  /** Makes one attempt. It never rejects for a reason of the receiver. @param message as it was given to `enqueue` */
  attempt(config: C, message: number, now: number): Promise<Attempted>;
  /** What a message is, in a few words. */
  describe(message: number): string;
  /** Called within a transaction, as the others are. */
  disabled?(endpoint: Endpoint<C>): void;
  /** An attempt failed. */
  failed?(endpoint: Endpoint<C>): void;
  /** A receiver that failed takes again what it gets. */
  recovered?(endpoint: Endpoint<C>): void;
}
