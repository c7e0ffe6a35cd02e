/** A value that is known only once its resource exists. */
export const unknown: unique symbol = Symbol("unknown");

export type Value =
  | null
  | boolean
  | number
  | string
  | typeof unknown
  | readonly Value[]
  | { readonly [key: string]: Value };

/** Thrown by what reads an unknown value: the rule's result is then `undetermined`, whatever else it would have said. */
export class Undetermined extends Error {
  override readonly name = "Undetermined";
}

export function isRecord(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** How Pulumi marks a secret in a stack's exported state; source: sdk/go/common/resource/properties.go of pulumi/pulumi. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
/** How it marks an unknown value of a string, number, boolean, list, asset, archive, and object, in this order. */
const unknownMarks: readonly unknown[] = [
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/**
 * Any value of a resource as a rule sees it. What is unknown, or a secret that only its stack can decrypt, is `unknown`; reading a property of
 * CrossGuard's proxies throws for an unknown one, so each property is read by itself.
 */
function toValue(raw: unknown): Value {
  if (raw === unknown || raw === undefined || typeof raw === "function") return unknown;
  if (unknownMarks.includes(raw)) return unknown;
  if (raw === null || typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean") return raw;
  if (Array.isArray(raw)) return Array.from({ length: raw.length }, (_, index) => attempt(() => raw[index]));
  if (typeof raw !== "object") return unknown;
  const fields = raw as Record<string, unknown>;
  const value: Record<string, Value> = {};
  for (const key of Object.keys(fields)) value[key] = attempt(() => fields[key]);
  if (value[signature] !== secretSignature) return value;
  return typeof value.plaintext === "string" ? toValue(JSON.parse(value.plaintext)) : unknown;
}

export function toValues(raw: unknown): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const key of Object.keys(raw ?? {})) {
    const value = attempt(() => (raw as Record<string, unknown>)[key]);
    if (value !== undefined) values[key] = value;
  }
  return values;
}

function attempt(read: () => unknown): Value {
  try {
    return toValue(read());
  } catch (error) {
    // CrossGuard's UnknownValueError by its field: to import it would load the engine's protocol wherever a state is read.
    if (error instanceof Error && "unknownTypeSentinel" in error) return unknown;
    throw error;
  }
}

/**
 * A resource as a rule sees it: what it became over what it was given. A whole property may be secret as an output of which only a part is
 * secret as an input, and a component has nothing but what it was given.
 */
export function overlaid(inputs: unknown, outputs: unknown): Record<string, Value> {
  const values = toValues(inputs);
  for (const [key, value] of Object.entries(toValues(outputs)))
    if (value !== unknown || values[key] === undefined) values[key] = value;
  return values;
}

/** A value as the engine takes it back. A secret within it is none any more. */
export function toRaw(value: Value): unknown {
  if (value === unknown) return unknownMarks[0];
  if (Array.isArray(value)) return (value as readonly Value[]).map(toRaw);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toRaw(inner)]));
}
