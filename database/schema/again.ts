import type { Comparison } from "./compare.ts";
import { kindOf } from "./kinds/index.ts";
import type { SchemaDescription, SchemaObject } from "./schema-object.ts";

/** What stands in the way of changing a column in place even where its values stay as they are. */
const readers = new Set(["view", "materialized view", "policy", "trigger", "function", "column"]);

interface Again {
  /** Ids to drop before anything else and, where the target has them, to make again. */
  ids: Set<string>;
  /** What cannot be planned, and why. */
  unsupported: string[];
}

/** Finds what must be dropped first: what is to be remade, what depends on that, and what blocks a change in place. */
export function findAgain({ objects: from }: SchemaDescription, comparison: Comparison): Again {
  const { added, removed, changed } = comparison;
  const dependents = new Map<string, string[]>();
  for (const [id, { needs }] of Object.entries(from)) {
    for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), id]);
  }
  const ids = new Set<string>();
  const unsupported: string[] = [];
  const pullDependents = (id: string, root: string): void => {
    for (const dependent of dependents.get(id) ?? []) pull(dependent, root);
  };
  const pull = (id: string, root: string): void => {
    const object = from[id];
    if (ids.has(id) || !object) return;
    if (holdsData(object) && !removed.has(id)) {
      unsupported.push(`${root} would have to be dropped and made again, and ${id} needs it`);
      return;
    }
    ids.add(id);
    pullDependents(id, root);
  };

  for (const [id, { from: before, to: after }] of changed) {
    const kind = kindOf(after);
    const change = kind.alter(before, after);
    if (change === "recreate") {
      ids.add(id);
      pullDependents(id, id);
    } else if ("unsupported" in change) unsupported.push(`${id}: ${change.unsupported}`);
    const detached = kind.detaches?.(before, after);
    for (const dependent of detached ? (dependents.get(id) ?? []) : []) {
      if (detached === "all" || readers.has(from[dependent]?.kind ?? "")) pull(dependent, id);
    }
  }
  const newNames = new Set([...added.values()].filter(isRelation).map(({ name }) => name));
  for (const [id, object] of removed) {
    if (isRelation(object) && newNames.has(object.name)) pull(id, id);
    for (const dependent of dependents.get(id) ?? []) {
      const other = from[dependent];
      const settledLater = changed.has(dependent) && kindOf(object).dropsLate === true;
      if (!other || removed.has(dependent) || holdsData(other) || settledLater) continue;
      pull(dependent, id);
    }
  }
  for (const object of [...added.values(), ...removed.values()]) {
    if (object.kind === "other") unsupported.push(`${object.name} is only known by name`);
  }
  if (added.size > 0 || ids.size > 0) {
    // They would add grants to everything that is made; the target's own come last.
    const own = Object.entries(from).filter(
      ([, { kind, data }]) => kind === "default privileges" && !/ROLE/.test(`${data.scope}`),
    );
    for (const [id] of own) ids.add(id);
  }
  return { ids, unsupported };
}

function holdsData(object: SchemaObject): boolean {
  return kindOf(object).holdsData?.(object) === true;
}

/** Kinds that share one space of names. */
function isRelation({ kind }: SchemaObject): boolean {
  return ["table", "view", "materialized view", "sequence", "index", "composite", "enum", "domain"].includes(kind);
}
