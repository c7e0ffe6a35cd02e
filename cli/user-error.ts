import { type ExitCode, exitCode } from "./exit-code.ts";

export interface UserErrorOptions {
  /** What would have been right. */
  expected?: string;
  /** What to do now; a command line on a line of its own can be pasted. */
  remedy?: string;
  /** Further lines shown below the message, e.g. one per problem found. */
  details?: readonly string[];
  exitCode?: ExitCode;
  cause?: unknown;
}

/**
 * Something the person at the keyboard can put right: shown as what was found, what was expected and the remedy, without a stack trace.
 * Everything else that is thrown counts as a bug of ours and is shown with its trace.
 */
export class UserError extends Error {
  readonly expected: string | undefined;
  readonly remedy: string | undefined;
  readonly details: readonly string[];
  readonly exitCode: ExitCode;

  constructor(found: string, options: UserErrorOptions = {}) {
    super(found, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "UserError";
    this.expected = options.expected;
    this.remedy = options.remedy;
    this.details = options.details ?? [];
    this.exitCode = options.exitCode ?? exitCode.failed;
  }
}
