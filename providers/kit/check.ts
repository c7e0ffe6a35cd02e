import { formatPath, type Path } from "./path.ts";
import type { Field, Shape } from "./shape.ts";
import { isMap, Opaque, unknown, type Value, type ValueMap } from "./value.ts";

/** One thing wrong with the inputs. Secrets are redacted in the reason before it is shown. */
export interface Problem {
  readonly path: Path;
  readonly reason: string;
}

/** Finds every problem of revealed inputs against a shape: missing and unknown properties, wrong types. */
export function checkInputs(inputs: ValueMap, shape: Shape, at: Path = []): Problem[] {
  const missing = Object.entries(shape)
    .filter(([name, field]) => field.required === true && (inputs[name] ?? null) === null)
    .map(([name]) => ({ path: [...at, name], reason: "is required and missing; set it" }));
  const present = Object.entries(inputs).filter(([name, value]) => value !== null && !name.startsWith("__"));
  return [...missing, ...present.flatMap(([name, value]) => checkMember(name, value, shape, at))];
}

function checkMember(name: string, value: Value, shape: Shape, at: Path): Problem[] {
  const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
  const path = [...at, name];
  if (field === undefined) return [{ path, reason: `is not a property here; ${suggestion(name, shape)}` }];
  if (field.output === true) return [{ path, reason: "is an output and cannot be set; remove it" }];
  return checkValue(value, field, path);
}

function checkValue(value: Value, field: Field, path: Path): Problem[] {
  if (value === unknown || value === null || field.type === "any") return [];
  const found = typeOf(value);
  const expected = field.type === "map" ? "object" : field.type;
  if (found !== expected) {
    return [{ path, reason: `must be ${article(expected)}, found ${article(found)}` }];
  }
  const items = field.items;
  if (Array.isArray(value) && items) return value.flatMap((item, index) => checkValue(item, items, [...path, index]));
  if (!isMap(value)) return [];
  if (items) return Object.entries(value).flatMap(([key, item]) => checkValue(item, items, [...path, key]));
  return field.fields ? checkInputs(value, field.fields, path) : [];
}

function typeOf(value: Value): string {
  if (Array.isArray(value)) return "list";
  if (value instanceof Opaque) return "asset";
  return typeof value;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function suggestion(name: string, shape: Shape): string {
  const settable = Object.keys(shape).filter((key) => shape[key]?.output !== true);
  const near = settable.find((key) => distance(key.toLowerCase(), name.toLowerCase()) <= 2);
  if (near !== undefined) return `did you mean ${near}?`;
  return `properties that can be set: ${settable.sort().join(", ") || "none"}`;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Problems in the engine's notation, one per line, for an error that is not a check failure. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map((problem) => `${formatPath(problem.path)} ${problem.reason}`).join("\n");
}
