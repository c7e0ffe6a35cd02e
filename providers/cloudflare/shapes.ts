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

/** A type's shape with the marks that typings do not carry: which properties replace, and which are secret outputs. */
export function shapeOf(
  type: TypeName,
  marks: { replace?: readonly string[]; secret?: readonly string[] } = {},
): Shape {
  const shape = shapes[type];
  const owner = ["accountId", "zoneId"].filter((name) => name in shape);
  const replace = new Set([...owner, ...(marks.replace ?? [])]);
  const secret = new Set(marks.secret ?? []);
  return Object.fromEntries(
    Object.entries(shape).map(([name, field]) => [
      name,
      {
        ...field,
        ...(replace.has(name) && field.output !== true ? { replace: true } : {}),
        ...(secret.has(name) ? { secret: true } : {}),
      },
    ]),
  );
}
