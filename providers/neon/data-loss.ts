import type { Current } from "../kit/definition.ts";
import type { Change } from "../kit/diff.ts";
import { ProviderError } from "../kit/errors.ts";
import { formatPath } from "../kit/path.ts";
import type { Field } from "../kit/shape.ts";
import { sameValue, type ValueMap } from "../kit/value.ts";

/** The one argument without which nothing that holds data is replaced or deleted. */
export const allowDataLoss: Field = { type: "boolean" };

const permit = "set allowDataLoss: true on it and run `up` with nothing else changed";

/**
 * The changes that really replace: an argument that is dropped leaves things as they are, and so does one that is added with the value that
 * Neon had chosen.
 */
export function onlyOtherValues(
  changes: readonly Change[],
  { state }: Pick<Current, "state">,
  news: ValueMap,
): Change[] {
  return changes.map((change) => {
    const name = String(change.path[0]);
    const stays = change.kind === "delete" || sameValue(state[name], news[name]);
    return stays ? { ...change, replace: false } : change;
  });
}

/**
 * Lets no data be lost by a replacement. What counts is what is recorded: a replacement ends with a delete, which knows of the old
 * arguments only.
 * @throws ProviderError naming the fields that changed.
 */
export function refuseReplacement(what: string, { inputs }: Pick<Current, "inputs">, changes: readonly Change[]): void {
  const causes = changes.filter(({ replace }) => replace).map(({ path }) => formatPath(path));
  if (causes.length === 0 || inputs.allowDataLoss === true) return;
  const fields = causes.join(", ");
  throw new ProviderError(
    `The ${what} would be replaced, and its data be lost, because ${fields} changed. Put ${fields} back. ` +
      `If the data may go: ${permit}, and then make this change.`,
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
