import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A refusal in Neon's words. `code` is empty for most of them, as it is in the real API. */
export class NeonError extends Error {
  override readonly name = "NeonError";
  readonly status: ContentfulStatusCode;
  readonly code: string;

  constructor(status: ContentfulStatusCode, message: string, code = "") {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const notFound = (what: string): NeonError => new NeonError(404, `${what} not found`);
