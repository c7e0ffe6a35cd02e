import type { Api } from "./api/api.ts";

/** What every operation of the provider is given. */
export interface NeonClient {
  readonly api: Api;
  /** The organization of projects that name none. */
  readonly orgId: string | undefined;
}
