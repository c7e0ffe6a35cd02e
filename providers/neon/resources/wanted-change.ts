import { isDeepStrictEqual } from "node:util";
import { isJsonMap, type Json, type JsonMap } from "../../kit/value.ts";

/**
 * What of `wanted` Neon does not have yet. An object that differs anywhere is sent whole; of those named as `exact` Neon must have
 * nothing else either.
 */
export function wantedChange(wanted: JsonMap, live: JsonMap, exact: readonly string[] = []): JsonMap {
  const isThere = (name: string, value: Json) =>
    exact.includes(name) ? isDeepStrictEqual(live[name] ?? {}, value) : has(live[name], value);
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !isThere(name, value)));
}

function has(live: Json | undefined, wanted: Json): boolean {
  if (isJsonMap(wanted)) {
    const there = isJsonMap(live) ? live : {};
    return Object.entries(wanted).every(([name, value]) => has(there[name], value));
  }
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(live) && live.length === wanted.length && wanted.every((item, index) => has(live[index], item))
    );
  }
  // Neon leaves out what is not set.
  const unset = live === undefined || live === null;
  return unset ? wanted === false || wanted === 0 || wanted === "" : live === wanted;
}

/** Properties that were set and are not any more, as what switches them off; those that only Neon can choose stay as they are. */
export function withResets(asked: JsonMap, before: JsonMap, resets: JsonMap): JsonMap {
  const dropped = Object.entries(resets).filter(([name]) => before[name] !== undefined && asked[name] === undefined);
  const kept = Object.entries(asked).map(([name, value]) => {
    const [reset, old] = [resets[name], before[name]];
    return [
      name,
      isJsonMap(value) && isJsonMap(reset) && isJsonMap(old) ? withResets(value, old, reset) : value,
    ] as const;
  });
  return Object.fromEntries([...kept, ...dropped]);
}
