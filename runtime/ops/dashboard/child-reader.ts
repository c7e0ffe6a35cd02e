import type { z } from "zod";
import {
  type ChildCondition,
  type ChildRecord,
  childConditions,
  type childCounts,
} from "../../../contracts/ops-sync.ts";
import { configurationOf } from "../configuration.ts";
import type { OpsEnvironment } from "../environment.ts";
import { countChildren, pageOfChildren } from "../sync/children-of-plane.ts";
import type { ChildReader, ChildRow, State } from "./dashboard-data.ts";

const states: Record<ChildCondition, State> = {
  failing: { tone: "bad", word: "failing" },
  silent: { tone: "warning", word: "overdue" },
  degraded: { tone: "warning", word: "degraded" },
  revoked: { tone: "paused", word: "revoked" },
  ok: { tone: "good", word: "ok" },
};

/** Counting asks every shard: who looks soon after somebody else has what that one was told. */
const keptMilliseconds = 5_000;
type Counts = z.infer<typeof childCounts>["counts"];
const kept = new WeakMap<object, { until: number; counts: Counts }>();

/** Children, from the counters and in the pages of their shards. */
export const childReader = (env: OpsEnvironment): ChildReader => ({
  async groups(visible) {
    const counts = await countsOf(env);
    return counts
      .filter(({ family }) => visible === "all" || visible.includes(family))
      .map(({ family, version, condition, children }) => ({
        family,
        version,
        state: states[condition],
        overdue: condition === "silent",
        count: children,
      }));
  },
  async list(visible, { family, search, state, version }, { after, limit }) {
    const mayBeSeen = visible === "all" ? configurationOf(env).families : visible;
    const families = mayBeSeen.filter((one) => family === undefined || one === family);
    const condition = childConditions.find((one) => states[one].word === state);
    const begins = search?.toLowerCase();
    const impossible =
      families.length === 0 ||
      (state !== undefined && condition === undefined) ||
      (begins !== undefined && !/^[a-z0-9-]{1,63}$/.test(begins));
    if (impossible) return { rows: [] };
    const filter = { families, version, condition, begins };
    const page =
      (await pageOfChildren(env, filter, after, limit)) ?? (await pageOfChildren(env, filter, undefined, limit));
    return {
      rows: page?.children.map(rowOf) ?? [],
      ...(page?.next != null && { next: page.next }),
    };
  },
});

const rowOf = ({ family, child, condition, version, lastTickAt }: ChildRecord): ChildRow => ({
  family,
  child,
  state: states[condition],
  version,
  lastTick: lastTickAt,
});

async function countsOf(env: OpsEnvironment): Promise<Counts> {
  const known = kept.get(env.CHILD_SHARD);
  if (known !== undefined && known.until > Date.now()) return known.counts;
  const { counts } = await countChildren(env, "all", Date.now());
  kept.set(env.CHILD_SHARD, { until: Date.now() + keptMilliseconds, counts });
  return counts;
}
