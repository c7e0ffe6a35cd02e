export interface SeedProblem {
  /** File in the folder, or the folder itself. */
  file: string;
  /** From 1. */
  line?: number;
  found: string;
  expected: string;
  remedy: string;
}

/** Seeds that are not applied, and why; all problems at once. The message says everything and needs no stack trace. */
export class SeedsRefused extends Error {
  override name = "SeedsRefused";
  readonly problems: readonly SeedProblem[];
  constructor(summary: string, problems: readonly SeedProblem[]) {
    super(`${summary}\n${problems.map(formatProblem).join("\n")}`);
    this.problems = problems;
  }
}

function formatProblem({ file, line, found, expected, remedy }: SeedProblem): string {
  return `  ${file}${line === undefined ? "" : `:${line}`}: found ${found}\n    expected: ${expected}\n    remedy: ${remedy}`;
}
