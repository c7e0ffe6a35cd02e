import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { writeWhole } from "../daemon/files.ts";

/** A role with what Postgres keeps of its password, or a database. */
const content = z.union([
  z.object({ role: z.string(), verifier: z.string() }),
  z.object({ database: z.string(), owner: z.string() }),
]);
export type BranchContent = z.infer<typeof content>;

const record = z.object({
  /** Name of its folder below `clusters`; two branches that are swapped change folders. */
  folder: z.string(),
  /** Name of the folder below `bases` from which, with the log, each later state can be made. Never written to; branches share it. */
  base: z.string(),
  /** Real time (milliseconds since the epoch) of the earliest state that can be made. */
  historyFrom: z.number(),
  /** Nobody has needed its data yet: there is no folder, and what its first start makes in it is written down here. */
  unmade: z.array(content).optional(),
  /** Real time at which its first start had made that. */
  filledAt: z.number().optional(),
});
export type BranchRecord = z.infer<typeof record>;

/** Which branches there are, kept in one file: what it does not name does not exist, whatever folders an interrupted run left behind. */
export interface BranchRecords {
  get(id: string): BranchRecord;
  has(id: string): boolean;
  entries(): [string, BranchRecord][];
  /** Changes several at once; undefined removes. On disk when it returns. */
  set(changes: Record<string, BranchRecord | undefined>): void;
}

export function branchRecords(file: string): BranchRecords {
  const found = existsSync(file)
    ? z.object({ branches: z.record(z.string(), record) }).parse(JSON.parse(readFileSync(file, "utf8"))).branches
    : {};
  let branches = new Map(Object.entries(found));
  return {
    get(id) {
      const known = branches.get(id);
      if (!known) throw new Error(`No data of branch ${id}.`);
      return known;
    },
    has: (id) => branches.has(id),
    entries: () => [...branches],
    set(changes) {
      const changed = new Map(branches);
      for (const [id, value] of Object.entries(changes)) {
        if (value) changed.set(id, value);
        else changed.delete(id);
      }
      writeWhole(file, JSON.stringify({ branches: Object.fromEntries(changed) }, null, 2));
      branches = changed;
    },
  };
}
