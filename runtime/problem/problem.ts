/** RFC 9457. `title` names the kind, `detail` says what was found, what was expected and the remedy, and nothing secret. */
export interface Problem {
  status: number;
  title: string;
  detail: string;
  /** Seconds after which it is worth trying again. */
  retryAfter?: number;
  /** The time here (ISO 8601), for whoever may have a wrong clock. */
  at?: string;
}

/** Something that was asked for cannot be done, for a reason that the one who asked can understand. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** What a Durable Object answers: calls to it carry no classes of errors. */
export type Outcome<T> = { value: T } | { problem: Problem };

/** Runs `work`; a problem becomes an answer, any other error stays one. */
export async function outcomeOf<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof ProblemError) return { problem: error.problem };
    throw error;
  }
}

/** @throws ProblemError */
export function valueOrThrow<T>(outcome: Outcome<T>): T {
  if ("problem" in outcome) throw new ProblemError(outcome.problem);
  return outcome.value;
}

export function problemResponse({ retryAfter, ...problem }: Problem): Response {
  return Response.json(
    { type: "about:blank", ...problem },
    {
      status: problem.status,
      headers: {
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        ...(retryAfter !== undefined && { "retry-after": String(Math.max(1, Math.ceil(retryAfter))) }),
      },
    },
  );
}
