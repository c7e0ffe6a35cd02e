import { ProblemError } from "../../problem/problem.ts";

export function noDeadLetter(id: number): ProblemError {
  const detail = `There is no dead letter ${id}; it may have been sent again. List the dead letters to see those there are.`;
  return new ProblemError({ status: 404, title: "No such dead letter", detail });
}

export function stillDisabled(id: string): ProblemError {
  const detail = `The receiver ${id} is disabled: enable it first, then send its dead letters again.`;
  return new ProblemError({ status: 409, title: "Receiver disabled", detail });
}
