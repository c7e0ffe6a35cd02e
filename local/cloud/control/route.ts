import type { Call } from "./call.ts";

/**
 * How sure we are that a route behaves as Cloudflare's: `recorded` from a client that was watched, `specification` from Cloudflare's
 * published API, `guessed` from what clients expect.
 */
export type Provenance = "recorded" | "specification" | "guessed";

/** One route of the API below `/client/v4`; `:account` and `:zone` in the path are looked up and authorised before `handle` runs. */
export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  provenance: Provenance;
  /** True where the API asks for no API token; the handler checks what it asks for instead. */
  anonymous?: boolean;
  handle(call: Call): Response | Promise<Response>;
}

/** Shortens the tables of routes: `route("GET", "/accounts", "recorded", listAccounts)`. */
export function route(method: Route["method"], path: string, provenance: Provenance, handle: Route["handle"]): Route {
  return { method, path, provenance, handle };
}
