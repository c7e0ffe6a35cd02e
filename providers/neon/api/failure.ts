import { ProviderError } from "../../kit/errors.ts";
import { isLoopback } from "../../kit/loopback.ts";

/** A request that Neon refused or that got no usable answer. Holds nothing of the client's error, which carries the API key. */
export class NeonFailure extends ProviderError {
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** Seconds to wait before another attempt, where Neon said so. */
  readonly retryAfter: number | undefined;
  /** Whether a changing request may have been carried out although no good answer came. */
  readonly outcome: "refused" | "not sent" | "unknown";
  /** Whether the same request may succeed later. */
  readonly passing: boolean;

  constructor(message: string, details: Pick<NeonFailure, "status" | "retryAfter" | "outcome" | "passing">) {
    super(message);
    this.status = details.status;
    this.retryAfter = details.retryAfter;
    this.outcome = details.outcome;
    this.passing = details.passing;
  }
}

const unsent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH"]);

/** What a request was, without anything secret. */
export interface RequestLine {
  readonly method?: string;
  readonly url?: string;
}

/** What of an axios error is looked at. Its message and its configuration are not: they may hold the key. */
interface ClientError {
  code?: string;
  config?: RequestLine;
  response?: { status: number; headers: Record<string, unknown>; data: unknown };
}

/**
 * Turns whatever the client threw into a failure that says what was asked, what came back and what to do.
 * Anything but a failed request is a bug of ours and comes back as it is.
 */
export function toFailure(error: unknown, baseUrl: string): unknown {
  if (!isClientError(error)) return error;
  const { config = {}, response } = error;
  if (response) return response.status < 300 ? unreadable(config) : answered(response, lineOf(config));
  const code = error.code ?? "no reason given";
  if (unsent.has(code)) {
    const remedy = isLoopback(baseUrl)
      ? "Start the embedded cloud (npx chittyops local start) and try again."
      : "Check the network and the base URL, and try again.";
    return failure(`Neon's API at ${baseUrl} cannot be reached (${code}). ${remedy}`, "not sent");
  }
  return unclear(`The connection was lost during ${lineOf(config)} (${code})`);
}

/** The failure of a request whose answer is cut off, or no JSON at all. */
export function unreadable(request: RequestLine): NeonFailure {
  return unclear(`The answer to ${lineOf(request)} could not be read`);
}

function unclear(what: string): NeonFailure {
  return failure(`${what}; whether it was carried out is unknown. Run refresh, then try again.`, "unknown");
}

function lineOf({ method = "?", url = "" }: RequestLine): string {
  return `${method.toUpperCase()} ${url}`;
}

function failure(message: string, outcome: NeonFailure["outcome"]): NeonFailure {
  return new NeonFailure(message, { status: undefined, retryAfter: undefined, outcome, passing: true });
}

function answered({ status, headers, data }: NonNullable<ClientError["response"]>, request: string): NeonFailure {
  const { code, message, requestId } = generalError(data);
  const reason = message === "" ? "" : `\n  ${code === "" ? "" : `${code}: `}${withoutUris(message)}`;
  // A used-up quota locks a project too, and that does not pass.
  const isQuota = status === 423 && /quota|limit|exceeded/i.test(`${code} ${message}`);
  const remedy = isQuota ? "Raise the project's quota, or wait for the next billing period." : remedies[status];
  const lines = [
    `Neon answered ${status} to ${request}${reason}`,
    ...(remedy ? [remedy] : []),
    ...(requestId === "" ? [] : [`Neon's name for this request: ${requestId}`]),
  ];
  const isServerError = status === 408 || status >= 500;
  const retryAfter = Number.parseFloat(String(headers["retry-after"] ?? ""));
  return new NeonFailure(lines.join("\n"), {
    status,
    retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter,
    outcome: isServerError ? "unknown" : "refused",
    passing: isServerError || status === 429 || (status === 423 && !isQuota),
  });
}

const remedies: Record<number, string> = {
  401: "Check the API key (NEON_API_KEY): it is missing, malformed or revoked.",
  403: "Check what the API key may do, and that it belongs to this organization.",
  404: "It is not there (any more). If it was removed by hand, run refresh.",
  423: "Other operations kept the project busy. Wait until they are through (Neon console, Operations), and try again.",
  429: "Too many requests were made with this API key. Wait a minute, and try again.",
};

/** https://api-docs.neon.tech: `{code, message, request_id}`, where the code may be empty. */
function generalError(data: unknown): { code: string; message: string; requestId: string } {
  const read = (name: string) => {
    const value: unknown = typeof data === "object" && data !== null ? Reflect.get(data, name) : undefined;
    return typeof value === "string" ? value : "";
  };
  return { code: read("code"), message: read("message"), requestId: read("request_id") };
}

/** A connection URI has a password in it. */
export function withoutUris(text: string): string {
  return text.replace(/postgres(ql)?:\/\/\S+/gi, "[connection URI]");
}

function isClientError(error: unknown): error is ClientError {
  return error instanceof Error && "isAxiosError" in error;
}
