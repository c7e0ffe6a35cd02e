import type { Api as Neon } from "@neondatabase/api-client";
import type Cloudflare from "cloudflare";

/** The clouds that a stack lives in, each through its own SDK. */
export interface Clouds {
  cloudflare: Cloudflare;
  neon: Neon<unknown>;
}

export interface CloudAccess {
  cloudflare: { token: string; baseUrl: string | undefined };
  neon: { apiKey: string; baseUrl: string | undefined };
}

/** Loaded when they are needed: most runs need neither. */
export async function openClouds({ cloudflare, neon }: CloudAccess): Promise<Clouds> {
  const [{ default: Api }, { createApiClient }] = await Promise.all([
    import("cloudflare"),
    import("@neondatabase/api-client"),
  ]);
  return {
    cloudflare: new Api({
      apiToken: cloudflare.token,
      maxRetries: 4,
      ...(cloudflare.baseUrl !== undefined && { baseURL: cloudflare.baseUrl }),
    }),
    neon: createApiClient({
      apiKey: neon.apiKey,
      timeout: 60_000,
      ...(neon.baseUrl !== undefined && { baseURL: neon.baseUrl }),
    }),
  };
}
