import type { ChildCounts, ChildName, ChildRecord } from "../../../contracts/ops-sync.ts";
import type { OpsEnvironment } from "../environment.ts";
import type { ChildCount, ChildFilter } from "./child-object.ts";
import { allShards } from "./child-shards.ts";

type Families = "all" | readonly string[];

/** How many children there are, from what the shards have counted: it costs the shards, not the children. */
export async function countChildren(env: OpsEnvironment, families: Families, now: number): Promise<ChildCounts> {
  const sums = new Map<string, ChildCounts["counts"][number]>();
  for (const { family, version, condition, children } of await countsOf(env, families)) {
    const key = `${family} ${version} ${condition}`;
    sums.set(key, { family, version, condition, children: (sums.get(key)?.children ?? 0) + children });
  }
  const counts = [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
  return {
    at: new Date(now).toISOString(),
    total: counts.reduce((total, { children }) => total + children, 0),
    counts,
  };
}

/** How many children of a service each family has that may be offered something. */
export async function populationsOf(
  env: OpsEnvironment,
  families: readonly string[],
  service: string,
): Promise<Record<string, number>> {
  const populations: Record<string, number> = {};
  for (const one of await countsOf(env, families)) {
    if (one.service !== service || one.condition === "revoked" || one.condition === "silent") continue;
    populations[one.family] = (populations[one.family] ?? 0) + one.children;
  }
  return populations;
}

/**
 * A page of children, shard by shard, and in each by family and name.
 * @param after where the page before ended
 * @returns undefined: `after` is nothing that a page ended with
 */
export async function pageOfChildren(
  env: OpsEnvironment,
  filter: ChildFilter,
  after: string | undefined,
  limit: number,
): Promise<{ children: ChildRecord[]; next: string | null } | undefined> {
  const place = placeOf(after);
  if (place === undefined) return undefined;
  const children: ChildRecord[] = [];
  let from = place.name;
  for (const [index, shard] of allShards.entries()) {
    if (index < place.shard) continue;
    const found = await env.CHILD_SHARD.getByName(shard).list(filter, from, limit + 1 - children.length);
    from = null;
    children.push(...found);
    if (children.length <= limit) continue;
    // The one too many tells that there is a next page; where it begins, its predecessor tells.
    const page = children.slice(0, limit);
    const last = page.at(-1);
    const lastOfShard = found.length > 1 && last !== undefined;
    return { children: page, next: lastOfShard ? `${index}:${last.family}/${last.child}` : `${index}:` };
  }
  return { children, next: null };
}

async function countsOf(env: OpsEnvironment, families: Families): Promise<ChildCount[]> {
  const counts = await Promise.all(allShards.map((name) => env.CHILD_SHARD.getByName(name).counts()));
  return counts.flat().filter(({ family }) => families === "all" || families.includes(family));
}

function placeOf(after: string | undefined): { shard: number; name: ChildName | null } | undefined {
  if (after === undefined) return { shard: 0, name: null };
  const [, shard, family, child] = /^(\d{1,2}):(?:([a-z0-9-]{1,40})\/([a-z0-9-]{1,63}))?$/.exec(after) ?? [];
  if (shard === undefined) return undefined;
  return { shard: Number(shard), name: family === undefined || child === undefined ? null : { family, child } };
}
