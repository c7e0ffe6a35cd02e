import type { Rollout, RolloutRequest } from "../../../contracts/ops-rollouts.ts";
import type { ChildName, ChildState, ReleaseContent, ReleaseKind, ReleaseReport } from "../../../contracts/ops-sync.ts";
import type { Outcome } from "../../problem/problem.ts";

/** The newest release of a kind for a family, and whether a child that has not got it may be offered it at present. */
export interface CurrentRelease {
  service: string;
  kind: ReleaseKind;
  family: string;
  counter: number;
  open: boolean;
}

/** A release that a child may apply now. */
export interface Offer {
  kind: ReleaseKind;
  service: string;
  counter: number;
  content: ReleaseContent;
}

/** What the rest of the plane asks of the rollout desk: the one writer of who was offered what. */
export interface RolloutObject {
  current(): CurrentRelease[];
  /** What a child is to apply, oldest first. It is written down as offered when this returns, within the limit of the wave. */
  offer(name: ChildName, state: ChildState, kinds: readonly ReleaseKind[]): Promise<Offer[]>;
  report(name: ChildName, reports: readonly ReleaseReport[]): Promise<void>;
  /** @param populations how many children of the service each family has */
  start(
    request: RolloutRequest,
    families: readonly string[],
    populations: Readonly<Record<string, number>>,
    by: string,
  ): Promise<Rollout>;
  /** Newest first, below a counter. */
  list(before: number | null, limit: number): Rollout[];
  /** Those of a service that no newer one took the place of, newest first. */
  ofService(service: string): Rollout[];
  /** Stops and goes on with all of a service's rollouts. @returns those that it changed */
  setPaused(service: string, paused: boolean, by: string): Promise<Outcome<Rollout[]>>;
}
