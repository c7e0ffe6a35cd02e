import type Cloudflare from "cloudflare";
import type { Api as Neon } from "../../providers/neon/api/api.ts";

/** The APIs of the clouds that a stack lives in, for recovery. */
export interface Clouds {
  cloudflare: Cloudflare;
  neon: Neon;
}

export interface CloudAccess {
  cloudflare: { token: string; baseUrl: string | undefined; retries: number };
  neon: { key: string; baseUrl: string | undefined };
}

/** Loaded here, since a run that goes well needs neither. */
export async function openClouds({ cloudflare, neon }: CloudAccess): Promise<Clouds> {
  const [{ default: Cloudflare }, { openApi }] = await Promise.all([
    import("cloudflare"),
    import("../../providers/neon/api/open-api.ts"),
  ]);
  const { token: apiToken, baseUrl, retries: maxRetries } = cloudflare;
  return {
    cloudflare: new Cloudflare({ apiToken, maxRetries, ...(baseUrl ? { baseURL: baseUrl } : {}) }),
    neon: openApi({ apiKey: neon.key, baseUrl: neon.baseUrl }),
  };
}
