import { setTimeout as delay } from "node:timers/promises";
import { buildObjectEntryProps } from "miniflare";
import type { Pack } from "./pack.ts";

/** Calls one service of the storage instance for one store, in the protocol that workerd's own binding to it speaks. */
export type StoreCall = (
  path: string,
  request?: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array },
) => ReturnType<Pack["link"]>;

/**
 * @param service Miniflare's name of the service. @param id which store of that kind.
 * @param repeatable whether a call may be sent again when the process died under it.
 */
export function storeCall(storage: () => Pack, service: string, id: string, repeatable: boolean): StoreCall {
  const props = encodeURIComponent(JSON.stringify(buildObjectEntryProps(id)));
  return async (path, request = {}) => {
    const headers = { ...request.headers, "x-chittyops-props": props };
    for (let attempt = 1; ; attempt++) {
      try {
        return await storage().link(`store/${encodeURIComponent(service)}/${path}`, { ...request, headers });
      } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "";
        const unsent = code === "ECONNREFUSED";
        const cut =
          code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "UND_ERR_DESTROYED" || code === "EPIPE";
        if (attempt >= 20 || !(unsent || (cut && repeatable))) throw error;
        await delay(100);
      }
    }
  };
}

/** JSON for a header, which takes ASCII only. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
