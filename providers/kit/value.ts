/** JSON without secrets or unknowns: what create, read, update and delete functions work with. */
export type Json = null | boolean | number | string | Json[] | JsonMap;
export interface JsonMap {
  [key: string]: Json;
}

/** Stands for a value that is only known after `up`; appears in previews. */
export const unknown: unique symbol = Symbol("unknown until up");

/** A value that the state encrypts and every display hides. */
export class Secret {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** An asset or archive in the engine's own wire form; passed through untouched. */
export class Opaque {
  readonly wire: JsonMap;
  constructor(wire: JsonMap) {
    this.wire = wire;
  }
}

/** A property value as the engine knows it. `undefined` never occurs inside: an absent key is absent. */
export type Value = null | boolean | number | string | typeof unknown | Secret | Opaque | Value[] | ValueMap;
export interface ValueMap {
  [key: string]: Value;
}

export function isMap(value: Value | undefined): value is ValueMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    !(value instanceof Opaque)
  );
}

export function isJsonMap(value: Json | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapInside(value: Value, change: (inner: Value) => Value): Value {
  if (Array.isArray(value)) return value.map(change);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
}

/** The value without its secret wrappings, at every depth. */
export function reveal(value: Value): Value {
  return mapInside(value instanceof Secret ? reveal(value.value) : value, reveal);
}

export function revealMap(value: ValueMap): ValueMap {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, reveal(inner)]));
}

/**
 * The value as plain JSON: secrets revealed, null members of maps dropped (an absent property and a null one are the same to the engine).
 * @throws Error where something is still unknown; the engine never asks for a real operation on such a value.
 */
function toJson(value: Value): Json {
  if (value === unknown) throw new Error("A value that must be known by now is still unknown.");
  if (value instanceof Secret) return toJson(value.value);
  if (value instanceof Opaque) return value.wire;
  if (Array.isArray(value)) return value.map(toJson);
  if (isMap(value)) return toJsonMap(value);
  return value;
}

export function toJsonMap(value: ValueMap): JsonMap {
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, toJson(inner)]));
}

/** Equality of meaning: secrets revealed, null members counted as absent, order of keys ignored, an unknown equal to nothing. */
export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  const a = left instanceof Secret ? reveal(left) : (left ?? null);
  const b = right instanceof Secret ? reveal(right) : (right ?? null);
  if (a === unknown || b === unknown) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (a instanceof Opaque) return b instanceof Opaque && sameValue(a.wire, b.wire);
  if (isMap(a)) {
    if (!isMap(b)) return false;
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameValue(a[key], b[key]));
  }
  return a === b;
}
