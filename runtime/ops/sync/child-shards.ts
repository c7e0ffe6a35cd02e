import { childShards } from "../../../contracts/ops-sync.ts";
import { slotOf } from "../../../contracts/sync-schedule.ts";

const nameOf = (index: number): string => `children-${index}`;

/** The object that keeps a child. */
export function shardOf(of: { family: string; child: string }): string {
  // Another hash than the slot's: the children of one object must not all come in the same seconds.
  return nameOf(Math.floor(slotOf({ family: of.child, child: of.family }) * childShards));
}

/** All of them, in the order of pages. */
export const allShards: readonly string[] = Array.from({ length: childShards }, (_, index) => nameOf(index));
