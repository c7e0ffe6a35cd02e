import { type Comparison, compare } from "./compare.ts";
import { changeLoses, removalLoses } from "./data-loss.ts";
import { kindOf } from "./kinds/index.ts";
import { relationIds, type SchemaDescription, type SchemaObject } from "./schema-object.ts";

export interface Difference {
  change: "added" | "removed" | "changed";
  /** e.g. `table`, `column`. */
  kind: string;
  /** e.g. `public.ledger.amount`. */
  name: string;
  /** For people, without the sign: `column public.ledger.amount: integer -> bigint`. */
  line: string;
  /** Whether data is lost if this is applied. */
  losesData: boolean;
}

/**
 * What differs, as what happens to `from` when it becomes `to`, sorted by name.
 * The columns of a new table, and whatever hangs on a removed one, are not listed apart.
 */
export function diffSchemas(from: SchemaDescription, to: SchemaDescription): Difference[] {
  const found = compare(from, to);
  const { added, removed, changed } = found;
  const differences = [
    ...[...added.values()]
      .filter((object) => !isPartOf(object, added, ["column", "default", "ownership"]))
      .map((object) => difference("added", object, lineOf(object, added), false)),
    ...[...removed.values()]
      .filter((object) => !isPartOf(object, removed))
      .map((object) => difference("removed", object, lineOf(object, removed), removalLoses(object, found))),
    ...[...changed.values()].map(({ from: before, to: after }) => {
      const words = kindOf(after).words?.(before, after) ?? "another definition";
      return difference("changed", after, `${after.kind} ${after.name}: ${words}`, changeLoses(before, after));
    }),
  ];
  return differences.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function difference(
  change: Difference["change"],
  { kind, name }: SchemaObject,
  line: string,
  losesData: boolean,
): Difference {
  return { change, kind, name, line, losesData };
}

/** Whether an object hangs on a table or view of the same set of changes. */
function isPartOf(object: SchemaObject, changes: Comparison["added"], kinds?: string[]): boolean {
  if (kinds && !kinds.includes(object.kind)) return false;
  if (object.kind === "table") return false;
  const { table, column } = object.data;
  if (object.kind === "comment" || object.kind === "grant") return object.needs.some((id) => changes.has(id));
  if (object.kind === "ownership") return changes.has(`column ${column}`);
  return relationIds(table).some((id) => changes.has(id));
}

function lineOf(object: SchemaObject, changes: Comparison["added"]): string {
  const { kind, name, data } = object;
  const text = data.definition ?? data.type ?? data.expression ?? data.text;
  if (kind === "table" && data.partitionOf) return `${kind} ${name}, partition of ${data.partitionOf}`;
  if (kind === "table") {
    const columns = [...changes.values()].filter((other) => other.kind === "column" && other.data.table === name);
    return `${kind} ${name} (${columns.map((column) => column.data.column).join(", ")})`;
  }
  if (kind === "grant") return `${kind} ${[data.privileges].flat().join(", ") || "nothing"} ${name}`;
  const short = typeof text === "string" && !text.includes("\n") ? `: ${text}` : "";
  return `${kind} ${name}${short}`;
}
