import type { Field, Shape } from "../kit/shape.ts";
import { isJsonMap, type Json, type JsonMap } from "../kit/value.ts";

/** Properties as Neon spells them: `autoscalingLimitMinCu` is `autoscaling_limit_min_cu`. Keys of maps are the user's and stay. */
export function toWire(values: JsonMap, shape: Shape): JsonMap {
  const known = Object.entries(values).filter(([name]) => shape[name] !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [wireName(name), encode(value, shape[name])]));
}

/** What the shape names of an answer. */
export function fromWire(answer: object, shape: Shape): JsonMap {
  const named = Object.entries(shape).flatMap(([name, field]) => {
    const value: Json | undefined = Reflect.get(answer, wireName(name));
    return value === undefined || value === null ? [] : [[name, decode(value, field)] as const];
  });
  return Object.fromEntries(named);
}

function encode(value: Json, field: Field | undefined): Json {
  if (Array.isArray(value)) return value.map((item) => encode(item, field?.items));
  return isJsonMap(value) && field?.fields ? toWire(value, field.fields) : value;
}

function decode(value: Json, field: Field | undefined): Json {
  if (Array.isArray(value)) return value.map((item) => decode(item, field?.items));
  return isJsonMap(value) && field?.fields ? fromWire(value, field.fields) : value;
}

function wireName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
