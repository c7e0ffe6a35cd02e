import { table } from "../output/table.ts";
import type { ResourceChange, UpdateLog } from "./update-log.ts";
import { shortType } from "./urn.ts";

/** What an operation did or would do, as data. */
export interface ChangeSummary {
  /** Number of resources by what was done with them, e.g. `{ create: 12, same: 30 }`. */
  counts: Record<string, number>;
  changes: Omit<ResourceChange, "urn">[];
  /** What databases said about their migrations, in order. */
  notes: { name: string; message: string }[];
}

/** The summary of several attempts at one update: what was done adds up, what stayed the same counts once. */
export function changeSummary(logs: readonly UpdateLog[]): ChangeSummary {
  const counts = new Map<string, number>();
  for (const log of logs) {
    for (const [operation, count] of log.counts) {
      counts.set(operation, operation === "same" ? count : (counts.get(operation) ?? 0) + count);
    }
  }
  const changes = logs.flatMap((log) => log.changes).map(({ urn: _urn, ...change }) => change);
  return { counts: Object.fromEntries(counts), changes, notes: logs.flatMap((log) => log.notes) };
}

/** A table of the changes, or a line that says that there are none; then what was said about migrations. */
export function showChanges({ changes, notes }: ChangeSummary): string {
  if (changes.length === 0) return "No changes.";
  const shown = table(
    ["CHANGE", "TYPE", "NAME", "PROPERTIES"],
    changes.map(({ operation, type, name, properties }) => [operation, shortType(type), name, properties.join(", ")]),
  );
  return [shown, ...notes.map(({ name, message }) => `${name}: ${message}`)].join("\n");
}
