import type { DeadLetterPage, SecretRotation } from "../../../contracts/ops-deliveries.ts";
import type { Outcome } from "../../problem/problem.ts";

/** What can be asked of an object that delivers, by whoever sees `families`. Receivers of all families are seen by those of all only. */
export interface DeliveryObject<R> {
  endpoints(families: "all" | string[]): Promise<R[]>;
  /** Undefined: there is none, or it is not of these families. */
  endpoint(id: string, families: "all" | string[]): Promise<R | undefined>;
  removeEndpoint(id: string): Promise<Outcome<null>>;
  enableEndpoint(id: string): Promise<Outcome<R>>;
  rotateSecret(id: string, rotation: SecretRotation): Promise<Outcome<R>>;
  deadLetters(query: { endpoint: string; after: number; limit: number }): Promise<DeadLetterPage>;
  /** @param id one of them; absent: all */
  replay(endpoint: string, id?: number): Promise<Outcome<{ replayed: number }>>;
}
