import { setTimeout } from "node:timers/promises";
import { BaseCloudflare } from "cloudflare/client";
import pRetry from "p-retry";
import { ProviderError } from "../../kit/errors.ts";
import { type Pace, pacing } from "../../kit/pacing.ts";
import { isJsonMap, type Json } from "../../kit/value.ts";
import { ApiFailure, deniedWithoutStatus, toFailure } from "./failure.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface ApiRequest {
  readonly method: Method;
  /** Below `/client/v4`, already percent-encoded. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** JSON, or bytes with a content type among the headers. */
  readonly body?: Json | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** A POST that may be repeated: it sets something instead of making something. */
  readonly repeatable?: boolean;
}

export interface ApiOptions {
  readonly baseUrl: string;
  readonly apiToken: string;
  /** Requests in five minutes. */
  readonly requestLimit: number;
  readonly retries: number;
  /** The first wait between attempts; it doubles with each. */
  readonly retryDelayMs: number;
}

const fiveMinutesMs = 5 * 60 * 1000;
const longestDelayMs = 8000;

/**
 * Cloudflare's API through the official SDK, with pacing and retries of our own: the SDK would also repeat a POST whose
 * answer was lost, and so make things twice.
 * @throws ApiFailure from every call.
 */
export class Api {
  readonly baseUrl: string;
  readonly #client;
  readonly #pace: Pace;
  readonly #options: ApiOptions;

  constructor(options: ApiOptions) {
    this.baseUrl = options.baseUrl;
    this.#options = options;
    this.#pace = pacing(options.requestLimit, fiveMinutesMs);
    this.#client = new BaseCloudflare({
      apiToken: options.apiToken,
      apiKey: null,
      apiEmail: null,
      userServiceKey: null,
      baseURL: options.baseUrl,
      maxRetries: 0,
      // The SDK's log shows bodies, and bodies hold secrets.
      logLevel: "off",
    });
  }

  /** Sends a request and gives the `result` of Cloudflare's envelope. A DELETE that succeeds without a body gives null. */
  async call(request: ApiRequest): Promise<Json> {
    const answer = await this.#attempt(request, async () => {
      const { path } = request;
      return (await this.#client.request({ ...this.#settings(request), path })) as Json;
    });
    if (isJsonMap(answer) && answer.success === false) throw deniedWithoutStatus(answer, request);
    return isJsonMap(answer) && "result" in answer ? (answer.result ?? null) : (answer ?? null);
  }

  /** Sends a request and gives the whole response, for answers that are not JSON. */
  raw(request: ApiRequest): Promise<Response> {
    return this.#attempt(request, async () => {
      const response = await this.#client
        .request({ ...this.#settings(request), path: request.path, __binaryResponse: true })
        .asResponse();
      // Reading the body here makes a truncated one count as a failed attempt.
      return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
    });
  }

  #settings({ method, body, headers, signal }: ApiRequest) {
    const lower = method.toLowerCase() as Lowercase<Method>;
    return { method: lower, signal, ...(body === undefined ? {} : { body }), ...(headers ? { headers } : {}) };
  }

  #attempt<Answer extends Json | Response>(request: ApiRequest, send: () => Promise<Answer>): Promise<Answer> {
    const { retries, retryDelayMs, baseUrl } = this.#options;
    const { method, path, signal } = request;
    if (this.#options.apiToken === "") {
      const remedy = "Set CLOUDFLARE_API_TOKEN, or the provider's apiToken.";
      return Promise.reject(new ProviderError(`There is no Cloudflare API token for ${baseUrl}. ${remedy}`));
    }
    let maybeDone = false;
    return pRetry(
      async () => {
        await this.#pace(signal);
        try {
          return await send();
        } catch (error) {
          if (signal.aborted) throw error;
          const failure = toFailure(error, { method, path, baseUrl });
          // Not found after an attempt whose answer was lost: that attempt did delete it.
          if (method === "DELETE" && failure.status === 404 && maybeDone) return null as Answer;
          maybeDone ||= failure.outcome === "unknown";
          throw failure;
        }
      },
      {
        retries,
        minTimeout: retryDelayMs,
        maxTimeout: longestDelayMs,
        signal,
        shouldRetry: ({ error }) => error instanceof ApiFailure && isWorthRepeating(error, request),
        onFailedAttempt: async ({ error, retryDelay, retriesLeft }) => {
          if (!(error instanceof ApiFailure) || retriesLeft === 0 || !isWorthRepeating(error, request)) return;
          const asked = (error.retryAfter ?? 0) * 1000;
          if (asked > retryDelay) await setTimeout(asked - retryDelay, undefined, { signal });
        },
      },
    );
  }
}

/** Whether another attempt may help and cannot make anything twice. */
function isWorthRepeating(failure: ApiFailure, request: Pick<ApiRequest, "method" | "repeatable">): boolean {
  if (failure.shouldRetry !== undefined) return failure.shouldRetry;
  if (failure.outcome === "not sent") return true;
  if (failure.outcome === "unknown") return request.method !== "POST" || request.repeatable === true;
  const { status = 0 } = failure;
  return status === 408 || status === 429 || status >= 500;
}
