import type { Json } from "../kit/value.ts";

/** A text, or nothing where there is none. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
