import type {
  ChildCondition,
  ChildHealth,
  ChildIncident,
  ChildMetrics,
  ChildName,
  ChildRecord,
  ChildState,
} from "../../../contracts/ops-sync.ts";
import type { Outcome } from "../../problem/problem.ts";
import type { VerifiedCall } from "../../signed-request/signed-request.ts";

/** What a child said, whichever way it said it. */
export interface ChildMessage {
  /** Makes an unknown child known. */
  enrol?: boolean;
  /** It keeps its time: the next tick is expected an interval later. */
  tick?: boolean;
  /** Digest of what it runs. */
  runs?: string;
  state?: ChildState | undefined;
  health?: ChildHealth;
  metrics?: ChildMetrics | undefined;
  incidents?: readonly ChildIncident[] | undefined;
}

/** How a message was taken. */
export interface Taken {
  nextSeconds: number;
  /** When the child is silent unless it is heard of, milliseconds since the epoch. */
  dueAt: number;
  /** What it runs; null: its state is not known, and has to be sent. */
  state: ChildState | null;
}

export interface ChildFilter {
  families: "all" | readonly string[];
  version?: string | undefined;
  condition?: ChildCondition | undefined;
  /** What its name begins with: lower case letters, digits and hyphens. */
  begins?: string | undefined;
}

export interface ChildCount {
  family: string;
  version: string;
  condition: ChildCondition;
  service: string;
  children: number;
}

/** What the rest of the plane asks of an object that keeps children. */
export interface ChildObject {
  /** Takes what a child said under a signature that was verified, once. It is stored when this returns. */
  receive(name: ChildName, call: Pick<VerifiedCall, "id" | "expires">, message: ChildMessage): Promise<Outcome<Taken>>;
  find(name: ChildName): ChildRecord | null;
  /** In the order of family and child, after a child. */
  list(filter: ChildFilter, after: ChildName | null, limit: number): ChildRecord[];
  counts(): ChildCount[];
  /** Refuses a child from now on, or takes it in again. Null: there is no such child. */
  setRevoked(name: ChildName, revoked: boolean): Promise<ChildRecord | null>;
}
