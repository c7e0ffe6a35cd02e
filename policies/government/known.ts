import { isRecord, Undetermined, unknown, type Value } from "../kit/value.ts";

type Known = Exclude<Value, typeof unknown>;

/** A value that is to be compared. @throws Undetermined with its name where it is not known. */
export function known(value: Value | undefined, name: string): Known | undefined {
  if (value === unknown) throw new Undetermined(`${name} is not known yet`);
  return value;
}

/** A list; empty where there is none. @throws Undetermined */
export function list(value: Value | undefined, name: string): readonly Value[] {
  const found = known(value, name);
  return Array.isArray(found) ? found : [];
}

/** The fields of an object; none where it is no object. @throws Undetermined */
export function fields(value: Value | undefined, name: string): Readonly<Record<string, Value>> {
  const found = known(value, name);
  return isRecord(found) ? found : {};
}
