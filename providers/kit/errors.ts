import { formatProblems, type Problem } from "./check.ts";
import type { JsonMap } from "./value.ts";

/** A failure that the user can act on. Shown without a stack trace; the message says what was found, expected and to be done. */
export class ProviderError extends Error {
  override name = "ProviderError";
}

/** Wrong arguments of an operation that has no check step (invokes, import ids). */
export class InvalidArguments extends ProviderError {
  readonly problems: readonly Problem[];
  constructor(title: string, problems: readonly Problem[]) {
    super(`${title}\n${formatProblems(problems)}`);
    this.problems = problems;
  }
}

/**
 * The resource exists now but did not come out as asked. The engine records it with what is known, marks it as failed,
 * and the next `up` updates it instead of making a second one.
 */
export class PartialFailure extends ProviderError {
  readonly id: string;
  readonly outputs: JsonMap;
  constructor(id: string, outputs: JsonMap, reason: string) {
    super(reason);
    this.id = id;
    this.outputs = outputs;
  }
}
