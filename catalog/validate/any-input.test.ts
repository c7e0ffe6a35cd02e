import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { services } from "../services/index.ts";
import { service } from "../testing/raw-services.ts";
import { wholeDatabase } from "../testing/whole-database.ts";
import { validateCatalog } from "./validate-catalog.ts";

describe("validateCatalog", () => {
  it("ends in problems and not in an exception, whatever is in the list", () => {
    fc.assert(fc.property(fc.array(fc.anything(), { minLength: 1 }), (list) => validateCatalog(list).length > 0));
  });

  it.each([
    ["a kind that is no text", { bindings: [{ kind: { toString: {} }, name: "CACHE" }] }, "bindings.CACHE.kind"],
    ["a name that is no text", { bindings: [{ kind: "kv", name: { toString: {} } }] }, "bindings.0.name"],
    ["a number that JSON does not know", { crons: [10n] }, "crons.0"],
    [
      "an override by a name that every object has",
      { environments: { dev: { toString: {} } } },
      "environments.dev.toString",
    ],
  ])("reports %s", (_what, odd, field) => {
    const [first] = services;
    expect(validateCatalog([{ ...first, ...odd }]).map((problem) => problem.field)).toContain(field);
  });

  it("survives any value in any place of the real catalog", () => {
    const declared = [...services, service("whole", { databases: [wholeDatabase] })] as readonly { name: string }[];
    const places = declared.flatMap((spec) => pathsOf(spec).map((path) => [spec.name, path] as const));
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.anything(), ([name, path], value) => {
        const list = declared.map((spec) => (spec.name === name ? withValue(spec, path, value) : spec));
        for (const problem of validateCatalog(list)) expect(problem.file).not.toBe("");
      }),
      { numRuns: 60 },
    );
  });
});

/** Every path within a value, the value itself left out. */
function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}

/** A copy of `target` with another value at a path. */
function withValue(target: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  const copy = Array.isArray(target) ? [...target] : { ...(target as object) };
  const fields = copy as Record<string, unknown>;
  fields[step] = withValue(fields[step], rest, value);
  return copy;
}
