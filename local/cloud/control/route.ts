import type { Call } from "./call.ts";

/** One route of the API below `/client/v4`; `:account` and `:zone` in the path are looked up and authorised before `handle` runs. */
export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  /** True where the API asks for no API token; the handler checks what it asks for instead. */
  anonymous?: boolean;
  handle(call: Call): Response | Promise<Response>;
}

/** Shortens the tables of routes: `route("GET", "/accounts", listAccounts)`. */
export function route(method: Route["method"], path: string, handle: Route["handle"]): Route {
  return { method, path, handle };
}
