import { seconds } from "../../catalog/complete-database.ts";
import { duration } from "../../catalog/schema/names.ts";
import { exitCode } from "../exit-code.ts";
import { UserError } from "../user-error.ts";

/** Seconds of a time as the catalog writes it, e.g. `7d`, or of seconds, e.g. `30s`. @throws UserError (usage) naming the option */
export function spanSeconds(text: string, option: string): number {
  if (/^[1-9]\d{0,5}s$/.test(text)) return Number.parseInt(text, 10);
  if (duration.safeParse(text).success) return seconds(text);
  throw new UserError(`${option} ${JSON.stringify(text)} is no time.`, {
    expected: "whole seconds, minutes, hours or days, e.g. 30s, 5m, 6h or 7d",
    exitCode: exitCode.usage,
  });
}
