import type {
  AlertRoute,
  Heartbeat,
  NewDestination,
  NewHeartbeat,
  NewSilence,
  Silence,
} from "../../../contracts/ops-alerts.ts";
import type { EndpointReport } from "../../../contracts/ops-deliveries.ts";
import type { Outcome } from "../../problem/problem.ts";
import type { DeliveryObject } from "../delivery/delivery-object.ts";

/** What the desk does besides keeping incidents: telling of them. */
export interface AlertObject extends DeliveryObject<EndpointReport> {
  addDestination(destination: NewDestination): Promise<Outcome<EndpointReport>>;
  routes(): Promise<AlertRoute[]>;
  /** One of the same name is replaced. */
  setRoute(route: AlertRoute): Promise<Outcome<null>>;
  removeRoute(name: string): Promise<Outcome<null>>;
  silences(): Promise<Silence[]>;
  addSilence(silence: NewSilence, by: string): Promise<Outcome<Silence>>;
  removeSilence(id: string): Promise<Outcome<null>>;
  /** Null: there is none. */
  heartbeat(): Promise<Heartbeat | null>;
  setHeartbeat(heartbeat: NewHeartbeat | null): Promise<Outcome<null>>;
}
