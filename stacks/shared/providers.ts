import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as cloudflare from "../../components/cloudflare.ts";
import * as neon from "../../components/neon.ts";
import type { PlaceConfig } from "./read-config.ts";

export type ProviderKind = "cloudflare" | "command" | "neon" | "random";
export type Providers<Kind extends ProviderKind = ProviderKind> = Record<Kind, pulumi.ProviderResource>;

/** What providers need to know of where a stack lives. */
export type ProviderConfig = Pick<PlaceConfig, "cloudflareBaseUrl" | "neonOrganization" | "offline">;

/**
 * Explicit providers, since the stack's configuration forbids default ones; a plugin is started for each kind. Their tokens come from
 * `CLOUDFLARE_API_TOKEN` and `NEON_API_KEY` only.
 */
export function makeProviders<Kind extends ProviderKind>(
  kinds: readonly Kind[],
  { cloudflareBaseUrl, neonOrganization, offline }: ProviderConfig,
): Providers<Kind> {
  const withoutCredentials = offline && !process.env.CLOUDFLARE_API_TOKEN;
  const make: Record<ProviderKind, () => pulumi.ProviderResource> = {
    cloudflare: () =>
      new cloudflare.Provider("cloudflare", {
        ...(cloudflareBaseUrl !== undefined && { baseUrl: cloudflareBaseUrl }),
        // The plugin wants a token of the right shape before it does anything; a preview without credentials never uses it.
        ...(withoutCredentials && { apiToken: pulumi.secret("offline-preview-".padEnd(40, "0")) }),
      }),
    command: () => new command.Provider("command"),
    neon: () => new neon.Provider("neon", { ...(neonOrganization !== undefined && { orgId: neonOrganization }) }),
    random: () => new random.Provider("random"),
  };
  return Object.fromEntries(kinds.map((kind) => [kind, make[kind]()])) as Providers<Kind>;
}
