import type { ResolvedService } from "../catalog/index.ts";

/** Where people reach a service; in `local` on the edge's port. No slash at the end. `undefined`: it runs nowhere. */
export function publicUrl({ url }: Pick<ResolvedService, "url">, edgeUrl: string | undefined): string | undefined {
  if (url === undefined || edgeUrl === undefined) return url;
  const local = new URL(url);
  if (!local.hostname.endsWith(".localhost")) return url;
  local.port = new URL(edgeUrl).port;
  return local.href.replace(/\/$/, "");
}
