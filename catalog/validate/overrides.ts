import type { z } from "zod";
import { environmentNames } from "../environments.ts";
import { familyNames } from "../families.ts";
import { entryLists, isFields } from "../merge.ts";
import { oneOf } from "../problems.ts";
import { identityFields, overridableFields } from "../schema/service.ts";
import type { Report } from "./candidate.ts";
import { renameOr } from "./nearest.ts";
import { describe, objectSchema, reportIssues, reportUnknown } from "./structure.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What tells an entry apart; another one would be another entry. */
const fixed = ["kind", "name", "source"];

/**
 * Reports every override of something that does not exist or cannot be overridden, and every value that does not fit.
 * Returns the overrides that are left, by environment and by family.
 */
export function checkOverrides(raw: Fields, report: Report): { environments: Fields; families: Fields } {
  const check = (group: "environments" | "families", names: readonly string[]) => {
    const overrides = raw[group];
    if (!isFields(overrides)) return {};
    const kept: Record<string, unknown> = {};
    for (const [name, override] of Object.entries(overrides)) {
      if (!names.includes(name)) {
        const remedy = renameOr(name, names, `Override one of these ${group}.`);
        report(`${group}.${name}`, `an override for "${name}", which does not exist`, oneOf(names), remedy);
      } else if (isFields(override)) kept[name] = checkOverride(raw, override, [group, name], report);
    }
    return kept;
  };
  return { environments: check("environments", environmentNames), families: check("families", familyNames) };
}

function checkOverride(raw: Fields, override: Fields, path: string[], report: Report): Fields {
  const kept: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(override)) {
    const at = [...path, field];
    const schema = ownOf(overridableFields, field);
    if (Object.hasOwn(identityFields, field)) reportFixed(at, report);
    else if (schema === undefined) reportUnknown(field, path, Object.keys(overridableFields), report);
    else if (entryLists.includes(field)) kept[field] = checkEntries(raw, field, value, at, report);
    else if (field === "hosting" || field === "health") {
      const shape = objectSchema(field, raw[field] ?? {});
      if (shape !== undefined) kept[field] = checkFields(value, shape, at, report);
    } else if (value === undefined || fits(value, schema, at, report)) kept[field] = value;
  }
  return kept;
}

function checkEntries(raw: Fields, field: string, value: unknown, path: string[], report: Report): Fields {
  const kept: Record<string, unknown> = {};
  const entries = (Array.isArray(raw[field]) ? raw[field] : []).filter(isFields);
  if (!isFields(value)) {
    report(
      path.join("."),
      describe(value, field),
      "changes by the name of the entry",
      "Write { NAME: { field: value } }.",
    );
    return kept;
  }
  for (const [name, change] of Object.entries(value)) {
    const at = [...path, name];
    const entry = entries.find((candidate) => candidate.name === name);
    if (entry === undefined) {
      const names = entries.flatMap(({ name: known }) => (typeof known === "string" ? [known] : []));
      report(
        at.join("."),
        `an override of "${name}", which the service does not declare`,
        names.length === 0 ? `nothing, since it declares no ${field}` : oneOf(names),
        renameOr(name, names, `Declare it in ${field} of the service, or remove the override.`),
      );
      continue;
    }
    const schema = objectSchema(field, entry);
    if (change === null) kept[name] = null;
    else if (schema !== undefined) kept[name] = checkFields(change, schema, at, report);
  }
  return kept;
}

function checkFields(value: unknown, schema: z.ZodObject, path: string[], report: Report): Fields {
  const kept: Record<string, unknown> = {};
  if (!isFields(value)) {
    report(path.join("."), describe(value, path.join(".")), "the fields to change", "Write { field: value }.");
    return kept;
  }
  for (const [field, changed] of Object.entries(value)) {
    const own = ownOf(schema.shape as Readonly<Record<string, z.ZodType>>, field);
    const at = [...path, field];
    if (own === undefined) reportUnknown(field, path, Object.keys(schema.shape), report);
    else if (fixed.includes(field)) reportFixed(at, report);
    else if (changed === undefined || fits(changed, own, at, report)) kept[field] = changed;
  }
  return kept;
}

/** A field of a schema by its name, which may be one that every object has, e.g. `toString`. */
function ownOf(fields: Readonly<Record<string, z.ZodType>>, name: string): z.ZodType | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Whether a field can take the value; `null` takes it away, which only an optional one allows. */
function fits(value: unknown, schema: z.ZodType, path: string[], report: Report): boolean {
  const parsed = schema.safeParse(value === null ? undefined : value);
  if (parsed.success) return true;
  if (value === null) {
    report(path.join("."), "null, which removes the field", "a value, since the field is required", "Give a value.");
  } else reportIssues(parsed.error.issues, value, path, report);
  return false;
}

function reportFixed(path: string[], report: Report): void {
  const field = path.at(-1);
  report(
    path.join("."),
    `an override of ${field}`,
    `${field} is the same everywhere`,
    "Remove it, or declare another service or entry.",
  );
}
