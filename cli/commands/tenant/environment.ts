import { type EnvironmentName, environmentNames } from "../../../catalog/index.ts";
import { exitCode } from "../../exit-code.ts";
import { stringOption } from "../../options.ts";
import { UserError } from "../../user-error.ts";

/** @throws UserError (usage) for one that does not exist */
export function environmentOf(options: Readonly<Record<string, unknown>>): EnvironmentName {
  const given = stringOption(options, "env") ?? "local";
  const found = environmentNames.find((name) => name === given);
  if (found !== undefined) return found;
  throw new UserError(`There is no environment ${JSON.stringify(given)}.`, {
    expected: environmentNames.join(", "),
    exitCode: exitCode.usage,
  });
}
