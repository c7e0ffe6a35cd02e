/** One mistake in the catalog, and what to do about it. Values of variables and secrets are never quoted. */
export interface CatalogProblem {
  /** Relative to the repository, e.g. `catalog/services/chittyfinance.ts`. */
  file: string;
  /** Path of the field within the service, e.g. `environments.dev.bindings.CACHE.store`. */
  field: string;
  found: string;
  expected: string;
  remedy: string;
}

/** `a, b or c` */
export const oneOf = (names: readonly string[]): string => listed(names, "or");

/** `a, b and c` */
export const allOf = (names: readonly string[]): string => listed(names, "and");

function listed(names: readonly string[], conjunction: string): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${conjunction} ${names.at(-1)}`;
}

/** The problems as text for a person, grouped by file. */
export function formatProblems(problems: readonly CatalogProblem[]): string {
  const files = [...new Set(problems.map((problem) => problem.file))].sort();
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const blocks = files.map((file) =>
    [
      file,
      ...problems
        .filter((problem) => problem.file === file)
        .map(
          ({ field, found, expected, remedy }) =>
            `  ${field}\n    found:    ${found}\n    expected: ${expected}\n    remedy:   ${remedy}`,
        ),
    ].join("\n"),
  );
  return `The catalog has ${count}.\n\n${blocks.join("\n\n")}\n`;
}

/** A catalog that cannot be used. The message lists every problem; a user's mistake, so it needs no stack trace. */
export class CatalogError extends Error {
  override readonly name = "CatalogError";
  readonly problems: readonly CatalogProblem[];

  constructor(problems: readonly CatalogProblem[]) {
    super(formatProblems(problems));
    this.problems = problems;
  }
}
