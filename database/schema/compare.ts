import { isDeepStrictEqual } from "node:util";
import type { SchemaDescription, SchemaObject } from "./schema-object.ts";

export interface Comparison {
  added: Map<string, SchemaObject>;
  removed: Map<string, SchemaObject>;
  changed: Map<string, { from: SchemaObject; to: SchemaObject }>;
}

/** What must be made, dropped and changed so that `from` becomes `to`, by id. */
export function compare({ objects: from }: SchemaDescription, { objects: to }: SchemaDescription): Comparison {
  const added = Object.entries(to).filter(([id]) => !(id in from));
  const removed = Object.entries(from).filter(([id]) => !(id in to));
  const changed = Object.entries(to).flatMap(([id, object]) => {
    const before = from[id];
    return before && !isDeepStrictEqual(before.data, object.data) ? [[id, { from: before, to: object }] as const] : [];
  });
  return { added: new Map(added), removed: new Map(removed), changed: new Map(changed) };
}
