import type { Command } from "commander";
import { environmentNames, familyNames } from "../catalog/index.ts";

/** `-e, --env <environment>`, by default `local`. */
export function environmentOption(command: Command): Command {
  return command.option("-e, --env <environment>", environmentNames.join(", "), "local");
}

/** `-y, --yes`: no question before a destructive step. */
export function yesOption(command: Command): Command {
  return command.option("-y, --yes", "do not ask for a confirmation");
}

export function stringOption(options: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

export function flag(options: Readonly<Record<string, unknown>>, name: string): boolean {
  return options[name] === true;
}

/** `[family]`, by default core's. */
export function familyArgument(command: Command): Command {
  return command.argument("[family]", `the family whose stack is meant: ${familyNames.join(", ")}`, familyNames[0]);
}
