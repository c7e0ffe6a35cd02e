import { type Path, startsWith } from "./path.ts";
import type { Field, Shape } from "./shape.ts";
import { isMap, sameValue, unknown, type Value, type ValueMap } from "./value.ts";

/** One changed input property. */
export interface Change {
  readonly path: Path;
  readonly kind: "add" | "delete" | "update";
  readonly replace: boolean;
}

/**
 * The changes from old to new inputs, both revealed, at the deepest path that differs.
 * An unknown new value counts as changed: it may be.
 */
export function diffInputs(olds: ValueMap, news: ValueMap, shape: Shape, ignore: readonly string[] = []): Change[] {
  const changes = diffMembers(olds, news, (name) => shape[name], [], false);
  return changes.filter((change) => !ignore.some((prefix) => startsWith(change.path, prefix)));
}

type FieldOf = (name: string) => Field | undefined;

function diffMembers(olds: ValueMap, news: ValueMap, fieldOf: FieldOf, at: Path, replace: boolean): Change[] {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter((name) => !name.startsWith("__"));
  return names.flatMap((name) => diffValue(olds[name], news[name], fieldOf(name), [...at, name], replace));
}

function diffValue(
  old: Value | undefined,
  next: Value | undefined,
  field: Field | undefined,
  path: Path,
  inherited: boolean,
): Change[] {
  const replace = inherited || field?.replace === true;
  const before = old ?? null;
  const after = next ?? null;
  if (sameValue(before, after)) return [];
  if (before === null) return [{ path, kind: "add", replace }];
  if (after === null) return [{ path, kind: "delete", replace }];
  if (isMap(before) && isMap(after)) {
    const fieldOf: FieldOf = (name) => field?.fields?.[name] ?? field?.items;
    return diffMembers(before, after, fieldOf, path, replace);
  }
  if (Array.isArray(before) && Array.isArray(after) && before !== after && after.every((item) => item !== unknown)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      diffValue(before[index], after[index], field?.items, [...path, index], replace),
    ).flat();
  }
  return [{ path, kind: "update", replace }];
}
