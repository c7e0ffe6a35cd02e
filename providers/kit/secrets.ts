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

/**
 * The texts that must not appear in a message about these values: what they hold as secrets and nowhere in the open. The state
 * holds whole lists as secret for the sake of one item, and the names in them are needed to understand a message.
 */
export function secretTexts(...values: readonly Value[]): string[] {
  const texts = values.flatMap((value) => textsOf(value, false));
  const open = new Set(texts.flatMap(({ text, hidden }) => (hidden ? [] : [text])));
  return texts.flatMap(({ text, hidden }) => (hidden && !open.has(text) ? [text] : []));
}

function textsOf(value: Value, hidden: boolean): { text: string; hidden: boolean }[] {
  if (value instanceof Secret) return textsOf(value.value, true);
  if (value === unknown || value instanceof Opaque) return [];
  if (Array.isArray(value)) return value.flatMap((item) => textsOf(item, hidden));
  if (isMap(value)) return Object.values(value).flatMap((item) => textsOf(item, hidden));
  return typeof value === "string" ? [{ text: value, hidden }] : [];
}

/** Values of environment variables that hold credentials by their names: a command that prints its environment shows them. */
export function environmentSecrets(environment: NodeJS.ProcessEnv): string[] {
  const named = Object.entries(environment).filter(([name]) => /TOKEN|SECRET|PASSWORD|PASSPHRASE|API_KEY/.test(name));
  return named.flatMap(([, value]) => (value !== undefined && value.length >= shortestOfEnvironment ? [value] : []));
}

/** Such a variable may also hold a flag or a count. */
const shortestOfEnvironment = 8;

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
