import type { Current } from "../kit/definition.ts";
import type { Change } from "../kit/diff.ts";
import { ProviderError } from "../kit/errors.ts";
import { formatPath } from "../kit/path.ts";
import type { Field } from "../kit/shape.ts";

/** The one argument without which nothing that holds data is replaced or deleted. */
export const allowDataLoss: Field = { type: "boolean" };

const permit = "set allowDataLoss: true on it and run `up` with nothing else changed";

/**
 * Why a resource must not be replaced. What counts is what is recorded: a replacement ends with a delete, which knows of the
 * old arguments only.
 */
export function refuseReplacement(
  what: string,
  { inputs }: Pick<Current, "inputs">,
  changes: readonly Change[],
): string | undefined {
  const causes = changes.filter(({ replace }) => replace).map(({ path }) => formatPath(path));
  if (causes.length === 0 || inputs.allowDataLoss === true) return undefined;
  const fields = causes.join(", ");
  return (
    `The ${what} would be replaced, and its data be lost, because ${fields} changed. Put ${fields} back. ` +
    `If the data may go: ${permit}, and then make this change.`
  );
}

/** @throws ProviderError unless the resource was recorded as one whose data may go. */
export function requirePermission(what: string, { inputs }: Pick<Current, "inputs">): void {
  if (inputs.allowDataLoss === true) return;
  throw new ProviderError(
    `The ${what} is not deleted, since its data would be lost. Put it back into the program, or \`pulumi state delete\` it to keep it ` +
      `outside the stack. If the data may go: ${permit}, and then remove it.`,
  );
}
