import * as pulumi from "@pulumi/pulumi";

interface ProviderArgs {
  /** A Neon API key. Absent: `NEON_API_KEY`. Kept as a secret in the state, so the environment is the better place. */
  apiKey?: pulumi.Input<string>;
  /** Where Neon's API is. Absent: `NEON_BASE_URL`, then `https://console.neon.tech/api/v2`. Example: `http://127.0.0.1:41801/api/v2`. */
  baseUrl?: pulumi.Input<string>;
  /** The organization of projects that name none, e.g. `org-quiet-river-12345678`. Absent: the one of the API key. */
  orgId?: pulumi.Input<string>;
}

/** Neon, through our own plugin (`plugins.providers` in Pulumi.yaml). */
export class Provider extends pulumi.ProviderResource {
  constructor(name: string, args: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    const { apiKey } = args;
    super("neon", name, { ...args, ...(apiKey === undefined ? {} : { apiKey: pulumi.secret(apiKey) }) }, options);
  }
}
