import { Api, type ApiOptions } from "./api.ts";

export const officialBaseUrl = "https://console.neon.tech/api/v2";

const patience = {
  // About a minute and a half in all: Neon's own operations, which lock a project, are rarely longer.
  retries: 12,
  retryDelayMs: 500,
  operationDeadlineMs: 10 * 60_000,
};

/** Neon's API, with the patience that it takes unless a test has less. Without a base URL it is Neon itself. */
export function openApi({
  baseUrl = officialBaseUrl,
  ...options
}: Pick<ApiOptions, "apiKey"> & { baseUrl: string | undefined } & Partial<typeof patience>): Api {
  return new Api({ ...patience, ...options, baseUrl });
}
