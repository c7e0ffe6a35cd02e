import { buildObjectEntryProps } from "miniflare";
import type { Pack } from "./pack.ts";

/** Calls one service of the storage instance for one store, in the protocol that workerd's own binding to it speaks. */
export type StoreCall = (
  path: string,
  request?: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array },
) => ReturnType<Pack["link"]>;

/** @param service Miniflare's name of the service. @param id which store of that kind. */
export function storeCall(storage: () => Pack, service: string, id: string): StoreCall {
  const props = encodeURIComponent(JSON.stringify(buildObjectEntryProps(id)));
  return (path, request = {}) =>
    storage().link(`store/${encodeURIComponent(service)}/${path}`, {
      ...request,
      headers: { ...request.headers, "x-chittyops-props": props },
    });
}

/** JSON for a header, which takes ASCII only. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
