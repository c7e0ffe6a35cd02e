import * as pulumi from "@pulumi/pulumi";

/** A mistake in what a component or a stack was given. Never quotes a secret. */
export interface InputProblem {
  /** Where it is, e.g. `services["chittyfinance"].hosting.artifact.sha256`. */
  propertyPath: string;
  found: string;
  expected: string;
  remedy: string;
}

/**
 * All problems as the one error that Pulumi knows for them.
 * @throws pulumi.InputPropertiesError if there are any.
 */
export function refuse(problems: readonly InputProblem[]): void {
  if (problems.length === 0) return;
  throw new pulumi.InputPropertiesError({
    message: `${problems.length === 1 ? "1 problem" : `${problems.length} problems`} with the input of the program:\n${problems
      .map((problem) => `  ${problem.propertyPath}\n    ${sentence(problem)}`)
      .join("\n")}`,
    errors: problems.map((problem) => ({ propertyPath: problem.propertyPath, reason: sentence(problem) })),
  });
}

function sentence({ found, expected, remedy }: InputProblem): string {
  return `found ${found}; expected ${expected}; ${remedy}`;
}
