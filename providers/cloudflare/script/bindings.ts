import { isJsonMap, type Json, type JsonMap } from "../../kit/value.ts";

/**
 * The bindings that a script has, told in terms of the ones the state knows: in the state's order, with the state's members
 * (the API adds some of its own), and with secrets put back, which the API never returns. Bindings added by hand come last.
 */
export function readBindings(answered: Json | undefined, state: JsonMap): Json {
  if (!Array.isArray(answered)) return null;
  const stored = maps(state.bindings);
  const actual = maps(answered);
  const kept = stored.flatMap((before) => {
    const now = actual.find((binding) => binding.name === before.name);
    return now === undefined ? [] : [combined(before, now)];
  });
  const keepTypes = Array.isArray(state.keepBindings) ? state.keepBindings : [];
  const added = actual.filter(
    (binding) => !stored.some((before) => before.name === binding.name) && !keepTypes.includes(binding.type ?? null),
  );
  return [...kept, ...added];
}

function combined(before: JsonMap, now: JsonMap): JsonMap {
  if (before.type === "inherit") return before;
  if (before.type !== now.type) return now;
  return Object.fromEntries(Object.entries(before).map(([member, value]) => [member, now[member] ?? value]));
}

function maps(value: Json | undefined): JsonMap[] {
  return Array.isArray(value) ? value.filter(isJsonMap) : [];
}
