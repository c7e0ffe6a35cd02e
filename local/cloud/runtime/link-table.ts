import type { Unit } from "./unit.ts";
import type { Whereabouts } from "./whereabouts.ts";

/** What links need to know beside where units are. */
export interface LinkFacts {
  /** What the edge answers for: whole zones, and single hosts. */
  zones: string[];
  hosts: string[];
  /** Buckets whose changes the daemon wants to know of, by their names in the storage instance. */
  buckets: string[];
}

/** Where a unit is called: the debug port of its process and its name there. */
interface UnitCall {
  address: string;
  unit: string;
}

/** What a link Worker knows; see `modules/link.worker.mjs`. */
export interface LinkTable extends LinkFacts {
  /** Debug port of the storage instance. */
  storage: string;
  /** By script key; a script that is (in part) on its way is left out, so that links ask and wait. */
  scripts: Record<string, (UnitCall & { assets: boolean; weight: number })[]>;
  /** By namespace id. */
  objects: Record<string, UnitCall & { className: string }>;
}

export function linkTable(
  units: readonly Unit[],
  whereabouts: (unit: Unit) => Whereabouts,
  facts: LinkFacts & { storage: string },
): LinkTable {
  const table: LinkTable = { ...facts, scripts: {}, objects: {} };
  const moving = new Set<string>();
  for (const unit of units) {
    const at = whereabouts(unit);
    if (at === undefined) moving.add(unit.spec.key);
    if (at === undefined || "failure" in at) continue;
    const call = { address: at.pack.address, unit: unit.id };
    table.scripts[unit.spec.key] ??= [];
    table.scripts[unit.spec.key]?.push({ ...call, assets: unit.spec.assets !== undefined, weight: unit.percentage });
    for (const { id, className } of unit.objects) table.objects[id] = { ...call, className };
  }
  for (const key of moving) delete table.scripts[key];
  return table;
}
