import type { Current } from "./definition.ts";
import type { Shape } from "./shape.ts";
import { isJsonMap, type Json, type JsonMap } from "./value.ts";

/**
 * Outputs after a write: what was asked for, completed with what the backing API added.
 * A value that was set stays as set, as the engine requires, even where the API spells it differently.
 */
export function adopt(asked: JsonMap, answered: JsonMap): JsonMap {
  return adoptValue(asked, answered) as JsonMap;
}

function adoptValue(asked: Json | undefined, answered: Json | undefined): Json {
  if (asked === undefined || asked === null) return answered ?? null;
  if (isJsonMap(asked) && isJsonMap(answered)) {
    const keys = new Set([...Object.keys(asked), ...Object.keys(answered)]);
    return dropNulls(Object.fromEntries([...keys].map((key) => [key, adoptValue(asked[key], answered[key])])));
  }
  if (Array.isArray(asked) && Array.isArray(answered) && asked.length === answered.length) {
    return asked.map((item, index) => adoptValue(item, answered[index]));
  }
  return asked;
}

/**
 * Outputs after a read: the API's answer over the stored state. What the API does not mention (write-only values) is kept,
 * what it says is null is gone, and lists are taken whole, since their items cannot be told apart in general.
 *
 * A state that already has outputs of the API's own is only brought up to date: what the API alone sets and the creation did
 * not return is left out, and so is an unset value in another guise (empty, false), since neither is drift.
 * A state without any is filled: that of an import, or one put together from the inputs of a resource that was found.
 */
export function afterRead(known: Known, answered: JsonMap, shape: Shape): JsonMap {
  return laidOver(known.state, answered, shape, isBare(known));
}

type Known = Omit<Current, "id">;

function isBare({ state, inputs }: Known): boolean {
  return Object.keys(inputs).length === 0 || Object.keys(state).every((name) => name in inputs);
}

function laidOver(stored: JsonMap, answered: JsonMap, shape: Shape, fill: boolean): JsonMap {
  const merged: JsonMap = { ...stored };
  for (const [key, value] of Object.entries(answered)) {
    const before = stored[key];
    const field = shape[key];
    if (!fill && before === undefined && (field?.output === true || isUnset(value))) continue;
    if (isJsonMap(before) && isJsonMap(value)) merged[key] = laidOver(before, value, field?.fields ?? {}, fill);
    else if (before === undefined || !sameMeaning(before, value)) merged[key] = value;
  }
  return dropNulls(merged);
}

/** Equal, or JSON text that says the same in another layout. */
function sameMeaning(left: Json, right: Json): boolean {
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameMeaning(item, right[index] ?? null));
  }
  if (isJsonMap(left) && isJsonMap(right)) {
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].every((key) => sameMeaning(left[key] ?? null, right[key] ?? null));
  }
  if (left === right) return true;
  const parsed = [left, right].map(jsonInside);
  return parsed[0] !== undefined && parsed[1] !== undefined && sameMeaning(parsed[0], parsed[1]);
}

function jsonInside(value: Json): Json | undefined {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isUnset(value: Json): boolean {
  if (value === null || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonMap(value) && Object.values(value).every(isUnset);
}

/** One set of outputs over another; what is null is gone. */
export function overlay(stored: JsonMap, answered: JsonMap): JsonMap {
  return dropNulls({ ...stored, ...answered });
}

/**
 * Inputs as they would have to be written to describe what was read. Only properties that the program set are looked at: the
 * rest may be the API's own choice, or belong to somebody else, such as a second resource for the same thing.
 */
export function inputsAfterRead(inputs: JsonMap, outputs: JsonMap, shape: Shape): JsonMap {
  const kept = Object.entries(inputs).map(([key, value]) => {
    if (key.startsWith("__")) return [key, value] as const;
    return [key, projectValue(value, outputs[key], shape[key])] as const;
  });
  return dropNulls(Object.fromEntries(kept));
}

type FieldLike = Shape[string] | undefined;

function projectValue(input: Json, output: Json | undefined, field: FieldLike): Json {
  if (output === undefined || output === null) return null;
  if (sameMeaning(input, output)) return input;
  if (isJsonMap(input) && isJsonMap(output)) {
    return field?.fields ? inputsAfterRead(input, output, field.fields) : output;
  }
  if (Array.isArray(input) && Array.isArray(output)) {
    const items = field?.items;
    return input.length === output.length
      ? input.map((item, index) => projectValue(item, output[index], items))
      : output.map((item) => settable(item, items));
  }
  return output;
}

/** The inputs of a resource that is being imported: every output that could have been set. */
export function importInputs(outputs: JsonMap, shape: Shape): JsonMap {
  const inputs = Object.entries(outputs).filter(([key]) => shape[key] !== undefined && shape[key].output !== true);
  return dropNulls(Object.fromEntries(inputs.map(([key, value]) => [key, settable(value, shape[key])])));
}

function settable(value: Json, field: FieldLike): Json {
  if (Array.isArray(value)) return value.map((item) => settable(item, field?.items));
  return isJsonMap(value) && field?.fields ? importInputs(value, field.fields) : value;
}

function dropNulls(values: JsonMap): JsonMap {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}
