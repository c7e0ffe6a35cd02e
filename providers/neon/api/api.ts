import { setTimeout } from "node:timers/promises";
import type { Api as Client } from "@neondatabase/api-client";
import pRetry from "p-retry";
import { ProviderError } from "../../kit/errors.ts";
import { isLoopback } from "../../kit/loopback.ts";
import { type Pace, pacing } from "../../kit/pacing.ts";
import { NeonFailure, type RequestLine, toFailure, unreadable } from "./failure.ts";
import { type InTurn, turns } from "./turns.ts";

type Neon = Client<unknown>;

/** Methods of the official client that give JSON. */
type Method = {
  [Name in keyof Neon]: Neon[Name] extends (...args: never[]) => Promise<{ data: unknown }> ? Name : never;
}[keyof Neon];

/** A method's arguments without the client's own last one. */
type Arguments<Name extends Method> = Parameters<Neon[Name]>;
type Answer<Name extends Method> = Neon[Name] extends (...args: never[]) => Promise<{ data: infer Data }>
  ? Data
  : never;

export interface ApiOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** How often a request is sent again at most. */
  readonly retries: number;
  /** The first wait between attempts; it doubles with each, and a random part is added. */
  readonly retryDelayMs: number;
  /** How long an operation of Neon's may take until we stop waiting for it. */
  readonly operationDeadlineMs: number;
}

const longestDelayMs = 8000;
const requestTimeoutMs = 60_000;

/** https://api-docs.neon.tech: 700 requests a minute, and 40 a second for each route. */
const limits = { minute: 700, second: 40 };

/**
 * Neon's API through the official client, which neither repeats nor paces anything, and whose errors hold the API key.
 * @throws NeonFailure from every call.
 */
export class Api {
  readonly baseUrl: string;
  /** Changes of one project, by its id, go one after the other, each with the operations it began. */
  readonly inTurn: InTurn = turns();
  readonly options: ApiOptions;
  #client: Promise<Neon> | undefined;
  readonly #paceAll: Pace;
  readonly #paceRoute = new Map<string, Pace>();

  constructor(options: ApiOptions) {
    this.options = options;
    this.baseUrl = options.baseUrl;
    this.#paceAll = pacing(this.#isUnlimited ? Number.POSITIVE_INFINITY : limits.minute, 60_000);
  }

  /** A request that may be sent again whatever became of it: it reads, or it only sets something. */
  call<Name extends Method>(name: Name, args: Arguments<Name>, signal: AbortSignal): Promise<Answer<Name>> {
    return this.#attempt(name, args, signal, (failure) => failure.passing);
  }

  /** A request that makes something: it is sent again only when it certainly was not carried out. */
  post<Name extends Method>(name: Name, args: Arguments<Name>, signal: AbortSignal): Promise<Answer<Name>> {
    return this.#attempt(name, args, signal, (failure) => failure.passing && failure.outcome !== "unknown");
  }

  async #attempt<Name extends Method>(
    name: Name,
    args: Arguments<Name>,
    signal: AbortSignal,
    mayRepeat: (failure: NeonFailure) => boolean,
  ): Promise<Answer<Name>> {
    if (this.options.apiKey === "") {
      throw new ProviderError(
        `There is no Neon API key for ${this.baseUrl}. Set NEON_API_KEY, or the provider's apiKey.`,
      );
    }
    this.#client ??= this.#connect();
    const client = await this.#client;
    // Each method takes axios's own settings as its last argument; with a union of methods the compiler cannot say so.
    const method = client[name] as (...args: unknown[]) => Promise<{ data: Answer<Name>; config: RequestLine }>;
    const worthIt = (error: unknown) => error instanceof NeonFailure && mayRepeat(error);
    return pRetry(
      async () => {
        await this.#paceAll(signal);
        await this.#paceOf(name)(signal);
        try {
          const { data, config } = await method(...args, { signal });
          // The client gives text for what it cannot read, such as a truncated answer.
          if (typeof data === "string" && data !== "") throw unreadable(config);
          return data;
        } catch (error) {
          signal.throwIfAborted();
          throw toFailure(error, this.baseUrl);
        }
      },
      {
        retries: this.options.retries,
        minTimeout: this.options.retryDelayMs,
        maxTimeout: longestDelayMs,
        randomize: true,
        signal,
        shouldRetry: ({ error }) => worthIt(error),
        onFailedAttempt: async ({ error, retryDelay, retriesLeft }) => {
          if (!(error instanceof NeonFailure) || retriesLeft === 0 || !worthIt(error)) return;
          const asked = (error.retryAfter ?? 0) * 1000;
          if (asked > retryDelay) await setTimeout(asked - retryDelay, undefined, { signal });
        },
      },
    );
  }

  /** Loaded at the first request: a preview makes none, and it takes a third of the time in which a plugin has to start. */
  async #connect(): Promise<Neon> {
    const { createApiClient } = await import("@neondatabase/api-client");
    return createApiClient({
      apiKey: this.options.apiKey,
      baseURL: this.baseUrl,
      timeout: requestTimeoutMs,
      ...(isLoopback(this.baseUrl) ? { proxy: false } : {}),
    });
  }

  get #isUnlimited(): boolean {
    return isLoopback(this.baseUrl);
  }

  #paceOf(route: string): Pace {
    const known = this.#paceRoute.get(route);
    if (known) return known;
    const pace = pacing(this.#isUnlimited ? Number.POSITIVE_INFINITY : limits.second, 1000);
    this.#paceRoute.set(route, pace);
    return pace;
  }
}
