import type { Field, Shape } from "../kit/shape.ts";
import { isJsonMap, type Json, type JsonMap } from "../kit/value.ts";
import { snakeCase } from "./names.ts";

/** Properties in the API's names and form. Outputs and properties outside the shape are left out. */
export function encode(values: JsonMap, shape: Shape): JsonMap {
  const known = Object.entries(values).flatMap(([name, value]) => {
    const field = shape[name];
    if (field === undefined || field.output === true || value === null) return [];
    return [[field.wire ?? snakeCase(name), encodeValue(value, field)] as const];
  });
  return Object.fromEntries(known);
}

function encodeValue(value: Json, field: Field): Json {
  const { items, fields } = field;
  if (Array.isArray(value)) return items ? value.map((item) => encodeValue(item, items)) : value;
  if (!isJsonMap(value)) return value;
  if (fields) return encode(value, fields);
  return items ? mapValues(value, (item) => encodeValue(item, items)) : value;
}

/**
 * An answer of the API in Pulumi's names. What the shape does not know is dropped; a null stays null, which says that the
 * property is not set.
 */
export function decode(answer: JsonMap, shape: Shape): JsonMap {
  const known = Object.entries(shape).flatMap(([name, field]) => {
    const value = answer[field.wire ?? snakeCase(name)];
    return value === undefined ? [] : [[name, decodeValue(value, field)] as const];
  });
  return Object.fromEntries(known);
}

function decodeValue(value: Json, field: Field): Json {
  const { items, fields } = field;
  if (value === null) return null;
  if (Array.isArray(value) && items) return value.map((item) => decodeValue(item, items));
  if (isJsonMap(value) && fields) return withoutNulls(decode(value, fields));
  if (isJsonMap(value) && items) return mapValues(value, (item) => decodeValue(item, items));
  // Free-form members are JSON text in Pulumi's schema, and some ids are numbers in the API.
  if (field.type === "string" && typeof value === "object") return JSON.stringify(value);
  if (field.type === "string" && typeof value !== "string") return String(value);
  return value;
}

function mapValues(values: JsonMap, change: (value: Json) => Json): JsonMap {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

function withoutNulls(values: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
