import type { Actor } from "../../../contracts/ops-audit.ts";
import type {
  Incident,
  IncidentAction,
  IncidentDetail,
  IncidentPage,
  RelatedChange,
  Severity,
  Signal,
} from "../../../contracts/ops-incidents.ts";
import type { Outcome } from "../../problem/problem.ts";

/** What the rest of the plane asks of the incident desk. */
export interface IncidentObject {
  /**
   * Opens an incident, or adds to the one that is open under the same fingerprint. Signals of one fingerprint with different subjects are
   * one incident of several that are affected: that is how a fault of a fleet is told.
   */
  raise(signal: Signal, by?: Actor): Promise<{ id: string; opened: boolean }>;
  /**
   * What was wrong is right again: resolves the open incident of this fingerprint, if there is one.
   * @param subject only this one is right again: the incident is resolved with the last of those affected
   */
  clear(fingerprint: string, at: string, reason: string, subject?: string): Promise<void>;
  list(query: IncidentQuery): Promise<IncidentPage>;
  /** Undefined: there is none, or it is not of these families. */
  get(id: string, families: Families): Promise<IncidentDetail | undefined>;
  act(id: string, action: IncidentAction, by: Actor): Promise<Outcome<Incident>>;
  /** Something was deployed. @param id the same change told again changes nothing */
  noteChange(id: string, change: RelatedChange & { family?: string }): Promise<void>;
}

/** Which families somebody may see. */
export type Families = "all" | string[];

export interface IncidentQuery {
  families: Families;
  /** `current`: those not resolved. */
  state?: "current" | "resolved" | undefined;
  severity?: Severity | undefined;
  subject?: string | undefined;
  /** Id of the last incident of the page before. */
  after?: string | undefined;
  limit: number;
}
