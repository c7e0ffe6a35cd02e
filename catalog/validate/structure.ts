import { inspect } from "node:util";
import { z } from "zod";
import { entryLists, isFields } from "../merge.ts";
import { oneOf } from "../problems.ts";
import { bindingSchemas } from "../schema/binding.ts";
import { database } from "../schema/database.ts";
import { hostingSchemas } from "../schema/hosting.ts";
import { secretSchemas } from "../schema/secret.ts";
import { healthCheck, service } from "../schema/service.ts";
import type { Report } from "./candidate.ts";
import { renameOr } from "./nearest.ts";

type Issue = z.core.$ZodIssue;

/** The schema of an entry or nested object of a service's field, if it says clearly enough what it is. */
export function objectSchema(field: string, value: unknown): z.ZodObject | undefined {
  if (!isFields(value)) return undefined;
  const pick = (schemas: Readonly<Record<string, z.ZodObject>>, tag: unknown) =>
    typeof tag === "string" && Object.hasOwn(schemas, tag) ? schemas[tag] : undefined;
  switch (field) {
    case "bindings":
      return pick(bindingSchemas, value.kind);
    case "hosting":
      return pick(hostingSchemas, value.kind);
    case "secrets":
      return pick(secretSchemas, value.source);
    case "databases":
      return database;
    case "health":
      return healthCheck;
    default:
      return undefined;
  }
}

/** What was found, without the value of anything that may be a secret. */
export function describe(value: unknown, field: string): string {
  if (value === undefined) return "nothing";
  if (/(^|\.)value$/.test(field)) return `a value of type ${typeof value}`;
  const text = asText(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** JSON, or for what JSON does not know what Node shows of it. */
function asText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? inspect(value);
  } catch {
    return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
  }
}

function at(value: unknown, step: PropertyKey): unknown {
  return isFields(value) || Array.isArray(value) ? (value as Readonly<Record<PropertyKey, unknown>>)[step] : undefined;
}

/** A path as a person looks for it: `bindings.CACHE.store` instead of `bindings.3.store`. */
function readable(path: readonly PropertyKey[], raw: unknown): string[] {
  let value: unknown = raw;
  return path.map((step, depth) => {
    value = at(value, step);
    const name = depth === 1 && entryLists.includes(String(path[0])) ? at(value, "name") : undefined;
    return typeof name === "string" ? name : String(step);
  });
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `a value of type ${issue.expected}`;
    case "invalid_value":
      return oneOf(issue.values.map((value) => JSON.stringify(value)));
    case "too_small":
      return `at least ${issue.minimum}${units(issue.origin)}`;
    case "too_big":
      return `at most ${issue.maximum}${units(issue.origin)}`;
    default:
      return issue.message;
  }
}

const units = (origin: string) => (origin === "string" ? " characters" : origin === "array" ? " entries" : "");

/** Reports what a schema has against `raw`, which stands at `prefix` in its service; one problem for each field. */
export function reportIssues(issues: readonly Issue[], raw: unknown, prefix: readonly string[], report: Report): void {
  const reported = new Set<string>();
  for (const issue of issues) {
    const value = issue.path.reduce(at, raw);
    const path = [...prefix, ...readable(issue.path, raw)];
    const field = path.join(".");
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) reportUnknown(key, path, knownFields(path, issue.path, value), report);
      continue;
    }
    if (reported.has(field)) continue;
    reported.add(field);
    const found = describe(value, field);
    if ("options" in issue && Array.isArray(issue.options)) {
      const tags = issue.options.map(String);
      report(field, found, oneOf(tags), renameOr(typeof value === "string" ? value : "", tags, "Name one of them."));
    } else report(field, found, expectation(issue), value === undefined ? "Set it." : "Correct it.");
  }
}

/** The fields that an object may have, which stands at `path` in its service and at `inner` in what was parsed. */
function knownFields(path: readonly string[], inner: readonly PropertyKey[], value: unknown): string[] {
  const list = path.indexOf("databases");
  const withinDatabase = list === -1 ? [] : path.slice(list + 2);
  const schema =
    withinDatabase.length > 0
      ? withinDatabase.reduce(fieldOf, database)
      : inner.length === 0
        ? service
        : objectSchema(String(inner[0]), value);
  return Object.keys(schema?.shape ?? {});
}

/** The schema of an object in a field, the one among alternatives that is an object. */
function fieldOf(schema: z.ZodObject | undefined, field: string): z.ZodObject | undefined {
  let inner: unknown = schema?.shape[field];
  while (inner instanceof z.ZodOptional) inner = inner.unwrap();
  if (inner instanceof z.ZodUnion) inner = inner.options.find((option) => option instanceof z.ZodObject);
  return inner instanceof z.ZodObject ? inner : undefined;
}

/** Reports a field `key` that does not exist in the object at `path`. */
export function reportUnknown(key: string, path: readonly string[], known: readonly string[], report: Report): void {
  report(
    [...path, key].join("."),
    `a field "${key}", which does not exist`,
    known.length === 0 ? "only declared fields" : oneOf(known),
    renameOr(key, known, "Otherwise remove it."),
  );
}
