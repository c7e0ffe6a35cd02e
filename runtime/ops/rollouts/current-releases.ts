import type { Clock } from "../../storage/object-storage.ts";
import { type OpsEnvironment, onlyObject } from "../environment.ts";
import type { CurrentRelease } from "./rollout-object.ts";

const keptMilliseconds = 5_000;
const known = new WeakMap<object, { at: number; releases: Promise<CurrentRelease[]> }>();

/**
 * What is on offer, as it was a few seconds ago at most: enough to see that a tick needs nothing. The desk itself decides what is offered.
 */
export async function currentReleases(env: OpsEnvironment, clock: Clock): Promise<CurrentRelease[]> {
  const now = clock.now();
  const last = known.get(env.ROLLOUT_DESK);
  if (last !== undefined && Math.abs(now - last.at) < keptMilliseconds) return await last.releases;
  const releases = ask(env);
  known.set(env.ROLLOUT_DESK, { at: now, releases });
  // A failure is not kept: the next tick asks again.
  releases.catch(() => known.delete(env.ROLLOUT_DESK));
  return await releases;
}

/** A promise of its own: one of a call to an object costs a call each time it is waited for. */
async function ask(env: OpsEnvironment): Promise<CurrentRelease[]> {
  return await env.ROLLOUT_DESK.getByName(onlyObject).current();
}

/** Rollouts were changed by this Worker: it sees it at once, the others within a few seconds. */
export function forgetReleases(env: OpsEnvironment): void {
  known.delete(env.ROLLOUT_DESK);
}
