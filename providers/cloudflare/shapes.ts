import type { Shape } from "../kit/shape.ts";
import derived from "./schema/shapes.json" with { type: "json" };
import type { types } from "./schema/types.ts";

/** A JSON import widens the literals of `Field.type`; the generator wrote nothing else. */
const shapes = derived as Record<string, unknown> as Record<TypeName, Shape>;

export type TypeName = (typeof types)[number];

/** The engine's token of a type: `cloudflare:index/queueConsumer:QueueConsumer`. */
export function tokenOf(type: TypeName): string {
  return `cloudflare:index/${type.charAt(0).toLowerCase()}${type.slice(1)}:${type}`;
}

/** A type's shape with what typings do not say: the resource's id among the outputs, and which inputs replace. */
export function shapeOf(type: TypeName, replace: readonly string[] = []): Shape {
  const replacing = new Set(["accountId", "zoneId", ...replace]);
  const fields = Object.entries(shapes[type]).map(([name, field]) => {
    return [name, replacing.has(name) && field.output !== true ? { ...field, replace: true } : field] as const;
  });
  return { ...Object.fromEntries(fields), id: { type: "string", output: true, stable: true } };
}
