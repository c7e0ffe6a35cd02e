import * as pulumi from "@pulumi/pulumi";
import type { IdentityProvider } from "../catalog/index.ts";
import * as cloudflare from "./cloudflare.ts";
import type { FamilyPlace } from "./family-place.ts";
import type { Labels } from "./labels.ts";

/** `shared`: one for the apps of a family that ask for the same assurance. */
export interface GovernmentIdentityArgs extends Labels {
  provider: IdentityProvider;
  /** NIST SP 800-63-3: how well a person has to be known, and how they have to sign in. */
  identityAssurance: "ial1" | "ial2";
  authenticatorAssurance: "aal2" | "aal3";
  /** As the provider knows this client. */
  clientId: string;
}

/** A government identity provider, by OpenID Connect, that asks people for the assurance that is named. */
export class GovernmentIdentity extends pulumi.ComponentResource {
  declare readonly providerId: pulumi.Output<string>;
  /** What a token has to say in `acr`. */
  readonly assurance: string;

  constructor(
    name: string,
    args: GovernmentIdentityArgs,
    clientSecret: pulumi.Output<string>,
    { accountId }: FamilyPlace,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("chittyops:index:GovernmentIdentity", name, args, opts);
    const { provider, identityAssurance, authenticatorAssurance, clientId } = args;
    this.assurance = provider.identityAssurance[identityAssurance];
    const wanted = [this.assurance, provider.authenticatorAssurance[authenticatorAssurance]].join(" ");
    const identityProvider = new cloudflare.ZeroTrustAccessIdentityProvider(
      `${name}-provider`,
      {
        accountId,
        name: `${provider.name} (${identityAssurance}, ${authenticatorAssurance})`,
        type: "oidc",
        config: {
          // Access adds the rest of the request to what is here; there is no other place to ask for an assurance.
          authUrl: `${provider.authorizeUrl}?${new URLSearchParams({ acr_values: wanted })}`,
          tokenUrl: provider.tokenUrl,
          certsUrl: provider.keysUrl,
          clientId,
          clientSecret: pulumi.secret(clientSecret),
          pkceEnabled: true,
          scopes: [...provider.scopes],
          claims: ["acr", "aal", "ial", "amr"],
          emailClaimName: "email",
        },
      },
      { parent: this, additionalSecretOutputs: ["config"] },
    );
    this.providerId = identityProvider.id;
    this.registerOutputs({ providerId: this.providerId });
  }
}
