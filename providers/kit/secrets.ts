import type { Path } from "./path.ts";
import { isMap, Opaque, Secret, unknown, type Value, type ValueMap } from "./value.ts";

/** The paths at which a tree holds secrets. Paths end at the first list: list items move about, so the whole list counts as secret. */
export function secretPaths(value: Value, at: Path = []): Path[] {
  if (value instanceof Secret) return [at];
  if (Array.isArray(value)) return value.some((item) => secretPaths(item).length > 0) ? [at] : [];
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => secretPaths(inner, [...at, key]));
}

/** Wraps the values at the given paths as secrets; a path that does not exist is skipped. */
export function conceal(values: ValueMap, paths: readonly Path[]): ValueMap {
  return paths.reduce<ValueMap>((tree, path) => concealOne(tree, path), values);
}

function concealOne(tree: ValueMap, path: Path): ValueMap {
  const [step, ...rest] = path;
  if (typeof step !== "string") return tree;
  const inner = tree[step];
  if (inner === undefined || inner === null || inner instanceof Secret) return tree;
  if (rest.length === 0) return { ...tree, [step]: new Secret(inner) };
  return isMap(inner) ? { ...tree, [step]: concealOne(inner, rest) } : tree;
}

/** Every text that a tree holds as a secret: what must not appear in a message. */
export function secretTexts(value: Value, inSecret = false): string[] {
  if (value instanceof Secret) return secretTexts(value.value, true);
  if (value === unknown || value instanceof Opaque) return [];
  if (Array.isArray(value)) return value.flatMap((item) => secretTexts(item, inSecret));
  if (isMap(value)) return Object.values(value).flatMap((item) => secretTexts(item, inSecret));
  return inSecret && typeof value === "string" ? [value] : [];
}

/** Shorter texts would blank out ordinary words and hide nothing: nobody's secret has two letters. */
const shortest = 3;

/** Replaces every secret in a message, also where it was JSON-escaped, percent-encoded or base64-encoded on the way. */
export function redact(message: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret.length >= shortest)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
    ]);
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return longestFirst.reduce((text, form) => text.replaceAll(form, "[secret]"), message);
}
