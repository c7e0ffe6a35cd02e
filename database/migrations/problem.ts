/** One thing that is wrong with a folder of migrations, or between a folder and a database. */
export interface MigrationProblem {
  /** File in the folder, or the name of a migration that has no file. */
  file?: string;
  /** From 1. */
  line?: number;
  found: string;
  expected: string;
  remedy: string;
}

/** What a person can put right; the message says everything and needs no stack trace. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

/** Nothing was applied: the folder or the database is not as it must be. All problems at once. */
export class MigrationsRefused extends MigrationError {
  override name = "MigrationsRefused";
  readonly problems: readonly MigrationProblem[];
  constructor(problems: readonly MigrationProblem[]) {
    super(`The migrations are refused and nothing was applied:\n${problems.map(formatProblem).join("\n")}`);
    this.problems = problems;
  }
}

function formatProblem({ file, line, found, expected, remedy }: MigrationProblem): string {
  const where = file === undefined ? "" : line === undefined ? `${file}: ` : `${file}:${line}: `;
  return `  ${where}found ${found}\n    expected: ${expected}\n    remedy: ${remedy}`;
}
