import type { OfferState, Rollout, RolloutState } from "../../../contracts/ops-rollouts.ts";
import type { Remote } from "../../storage/object-namespace.ts";
import type { RolloutObject } from "../rollouts/rollout-object.ts";
import type { RolloutReader, RolloutRow, State } from "./dashboard-data.ts";

/** Of those that are finished nothing has to be said. */
const states: Partial<Record<RolloutState, State>> = {
  halted: { tone: "bad", word: "halted" },
  paused: { tone: "paused", word: "paused" },
  running: { tone: "good", word: "running" },
};

/** Silence after an offer is failure. */
const failures: readonly OfferState[] = ["failed", "rolled-back", "silent"];
/** So many of the newest are looked through for those that are not finished. */
const looked = 20;

export const rolloutReader = (desk: Remote<RolloutObject>): RolloutReader => ({
  async running(visible, limit) {
    const newest = await desk.list(null, looked);
    const rows = newest.flatMap((one) => {
      const families = one.families.filter((family) => visible === "all" || visible.includes(family));
      const state = states[one.state];
      return state === undefined || families.length === 0 ? [] : [rowOf(one, families, state)];
    });
    return rows.slice(0, limit);
  },
});

function rowOf(one: Rollout, families: string[], state: State): RolloutRow {
  const seen = one.progress.filter(({ family }) => families.includes(family));
  const children = (wanted: (state: OfferState) => boolean) =>
    seen.reduce((sum, { state, children }) => sum + (wanted(state) ? children : 0), 0);
  return {
    name: `${one.service} ${one.kind} ${one.counter}`,
    families,
    state,
    ...(one.reason !== null && { reason: one.reason }),
    wave: one.wave,
    waves: one.waves.length,
    percent: one.waves[one.wave - 1]?.percent ?? 100,
    offered: children(() => true),
    applied: children((state) => state === "applied"),
    failed: children((state) => failures.includes(state)),
  };
}
