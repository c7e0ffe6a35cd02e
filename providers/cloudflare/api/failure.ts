import { APIConnectionError, APIError } from "cloudflare";
import { ProviderError } from "../../kit/errors.ts";
import { isLoopback } from "../../kit/loopback.ts";
import { isJsonMap, type JsonMap } from "../../kit/value.ts";

/** A request that the API refused or that got no usable answer. */
export class ApiFailure extends ProviderError {
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** Cloudflare's own error codes. */
  readonly codes: readonly number[];
  /** Seconds to wait before another attempt, where the API said so. */
  readonly retryAfter: number | undefined;
  /** The API's own word on whether another attempt makes sense (`x-should-retry`). */
  readonly shouldRetry: boolean | undefined;
  /** Whether the request may have been carried out although no answer came. */
  readonly outcome: "refused" | "not sent" | "unknown";

  constructor(
    message: string,
    details: Pick<ApiFailure, "status" | "codes" | "retryAfter" | "shouldRetry" | "outcome">,
  ) {
    super(message);
    this.status = details.status;
    this.codes = details.codes;
    this.retryAfter = details.retryAfter;
    this.shouldRetry = details.shouldRetry;
    this.outcome = details.outcome;
  }
}

interface Attempt {
  readonly method: string;
  readonly path: string;
  readonly baseUrl: string;
}

const unsent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "UND_ERR_CONNECT_TIMEOUT"]);

/** Turns whatever the SDK threw into a failure that says what was asked, what came back and what to do. */
export function toFailure(error: unknown, attempt: Attempt): ApiFailure {
  if (error instanceof APIError && error.status !== undefined) return refused(error, error.status, attempt);
  const code = rootCode(error);
  const outcome = unsent.has(code) ? "not sent" : "unknown";
  const details = { status: undefined, codes: [], retryAfter: undefined, shouldRetry: undefined, outcome } as const;
  const { method, path, baseUrl } = attempt;
  if (outcome === "not sent") {
    const remedy = isLoopback(baseUrl)
      ? "Start the embedded cloud (npx chittyops local start) and try again."
      : "Check the network and the base URL, and try again.";
    return new ApiFailure(`The Cloudflare API at ${baseUrl} cannot be reached (${code}). ${remedy}`, details);
  }
  const what = error instanceof APIConnectionError ? "The connection was lost" : "The answer could not be read";
  return new ApiFailure(
    `${what} during ${method} ${path} (${code}); whether it was carried out is unknown. Run refresh, then try again.`,
    details,
  );
}

/** Some endpoints say no with status 200. */
export function deniedWithoutStatus(answer: JsonMap, { method, path }: Omit<Attempt, "baseUrl">): ApiFailure {
  const errors = Array.isArray(answer.errors) ? answer.errors.filter(isJsonMap) : [];
  const reasons = errors.map(({ code, message }) => `  ${code ?? "?"}: ${message ?? "no message"}`);
  return new ApiFailure([`Cloudflare refused ${method} ${path}`, ...reasons].join("\n"), {
    status: undefined,
    codes: errors.map(({ code }) => Number(code)),
    retryAfter: undefined,
    shouldRetry: false,
    outcome: "refused",
  });
}

function refused(error: InstanceType<typeof APIError>, status: number, { method, path }: Attempt): ApiFailure {
  const reasons = error.errors.map(({ code, message }) => `  ${code ?? "?"}: ${message ?? "no message"}`);
  const remedy = remedies[status];
  const lines = [`Cloudflare answered ${status} to ${method} ${path}`, ...reasons, ...(remedy ? [remedy] : [])];
  const header = (name: string) => error.headers?.get(name) ?? undefined;
  const retryAfter = Number.parseFloat(header("retry-after") ?? "");
  const shouldRetry = header("x-should-retry");
  return new ApiFailure(lines.join("\n"), {
    status,
    codes: error.errors.flatMap(({ code }) => (code === undefined ? [] : [code])),
    retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter,
    shouldRetry: shouldRetry === undefined ? undefined : shouldRetry === "true",
    outcome: "refused",
  });
}

const remedies: Record<number, string> = {
  401: "Check the API token: it is missing, malformed or revoked.",
  403: "Check the API token's permissions, and that it belongs to this account.",
  404: "It is not there (any more). If it was removed by hand, run refresh.",
};

function rootCode(error: unknown): string {
  let current = error;
  let code = "no reason given";
  while (current instanceof Error) {
    if ("code" in current && typeof current.code === "string") code = current.code;
    else if (code === "no reason given" && current.message !== "") code = current.message;
    current = current.cause;
  }
  return code;
}
