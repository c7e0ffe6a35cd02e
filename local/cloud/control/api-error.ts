import type { ContentfulStatusCode } from "hono/utils/http-status";

export interface ApiProblem {
  code: number;
  message: string;
}

/** A refusal in Cloudflare's words: the HTTP status, and one or more `{code, message}`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: ContentfulStatusCode;
  readonly problems: ApiProblem[];

  constructor(status: ContentfulStatusCode, code: number, message: string, more: ApiProblem[] = []) {
    super(message);
    this.status = status;
    this.problems = [{ code, message }, ...more];
  }
}
