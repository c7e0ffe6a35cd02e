import type { z } from "zod";
import type { AccountRecord, ZoneRecord } from "../store/records/accounts.ts";
import type { Store } from "../store/store.ts";
import type { LocalClock, Runtime } from "../types.ts";
import { ApiError } from "./api-error.ts";
import type { Identity } from "./authenticate.ts";
import { ok, type ResultInfo } from "./envelope.ts";

/** What handlers work on, the same for every request. */
export interface Services {
  store: Store;
  runtime: Runtime;
  clock: LocalClock;
}

/** One request to the API, authenticated, with the account and the zone of its path looked up. */
export class Call {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly clock: LocalClock;
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly #identity: Identity | undefined;
  readonly #parameters: Record<string, string>;
  readonly #account: AccountRecord | undefined;
  readonly #zone: ZoneRecord | undefined;

  constructor(
    services: Services,
    request: Request,
    identity: Identity | undefined,
    target: { parameters: Record<string, string>; account: AccountRecord | undefined; zone: ZoneRecord | undefined },
  ) {
    this.store = services.store;
    this.runtime = services.runtime;
    this.clock = services.clock;
    this.request = request;
    this.query = new URL(request.url).searchParams;
    this.#identity = identity;
    this.#parameters = target.parameters;
    this.#account = target.account;
    this.#zone = target.zone;
  }

  get identity(): Identity {
    if (!this.#identity) throw new Error(`The route of ${this.request.url} takes no API token.`);
    return this.#identity;
  }

  /** The account of the path; for a route below a zone, the account that owns the zone. */
  get account(): AccountRecord {
    if (!this.#account) throw new Error(`The route of ${this.request.url} has no account.`);
    return this.#account;
  }

  get accountId(): string {
    return this.account.id;
  }

  get zone(): ZoneRecord {
    if (!this.#zone) throw new Error(`The route of ${this.request.url} has no zone.`);
    return this.#zone;
  }

  /** A named part of the path, decoded. */
  parameter(name: string): string {
    const value = this.#parameters[name];
    if (value === undefined) throw new Error(`The route of ${this.request.url} has no parameter ${name}.`);
    return value;
  }

  /** A named part that only some of the paths of a handler have. */
  optionalParameter(name: string): string | undefined {
    return this.#parameters[name];
  }

  /** The time of the embedded cloud in ISO 8601. */
  now(): string {
    return new Date(this.clock.now()).toISOString();
  }

  /**
   * The JSON body, checked; all of its problems are reported at once under `code`.
   * @throws {ApiError} 400
   */
  async json<S extends z.ZodType>(schema: S, code: number): Promise<z.infer<S>> {
    const text = await this.request.text();
    let body: unknown;
    try {
      body = text === "" ? undefined : JSON.parse(text);
    } catch {
      throw new ApiError(400, code, "The request body is not valid JSON.");
    }
    return check(schema, body, code);
  }
}

/** Checks a value that came from outside. @throws {ApiError} 400 with one problem per issue. */
export function check<S extends z.ZodType>(schema: S, value: unknown, code: number): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first, ...more] = parsed.error.issues.map(({ path, message }) => ({
    code,
    message: path.length > 0 ? `${path.join(".")}: ${message}` : message,
  }));
  throw new ApiError(400, code, first?.message ?? "The request body is not valid.", more);
}

/** The part of a list that `page` and `per_page` ask for, in an envelope with `result_info`. */
export function paged(call: Call, items: unknown[], options: { perPage: number; max: number }): Response {
  const number = (name: string, fallback: number): number => {
    const value = Number(call.query.get(name) ?? fallback);
    return Number.isInteger(value) && value > 0 ? value : fallback;
  };
  const page = number("page", 1);
  const perPage = Math.min(number("per_page", options.perPage), options.max);
  const part = items.slice((page - 1) * perPage, page * perPage);
  const info: ResultInfo = {
    page,
    per_page: perPage,
    count: part.length,
    total_count: items.length,
    total_pages: Math.ceil(items.length / perPage),
  };
  return ok(part, { info });
}
