/**
 * - `not-authentic`: a key or ciphertext does not belong to the context, or was changed, cut, reordered or swapped. Which of them cannot be told apart.
 * - `replayed-key-version`: the wrapped key is of another version than its case.
 * - `unknown-key-version`: the root key of that version is not there (any more).
 */
export type DocumentProblem = "not-authentic" | "replayed-key-version" | "unknown-key-version";

/** A document cannot be opened. The message names the document and holds nothing of it. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  readonly problem: DocumentProblem;

  constructor(problem: DocumentProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}
