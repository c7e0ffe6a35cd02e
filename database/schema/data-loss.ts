import type { Comparison } from "./compare.ts";
import { kindOf } from "./kinds/index.ts";
import type { SchemaObject } from "./schema-object.ts";

/** Whether removing an object that `removed` holds loses data that no other removal already counts. */
export function removalLoses(object: SchemaObject, { removed }: Comparison): boolean {
  if (kindOf(object).holdsData?.(object) !== true) return false;
  if (object.kind === "column") return !removed.has(`table ${object.data.table}`);
  if (object.kind !== "sequence") return true;
  const ownership = removed.get(`ownership ${object.name}`);
  return !(ownership && removed.has(`column ${ownership.data.column}`));
}

export function changeLoses(from: SchemaObject, to: SchemaObject): boolean {
  return kindOf(to).changeLoses?.(from, to) === true;
}
