import * as pulumi from "@pulumi/pulumi";
import * as cloudflare from "./cloudflare.ts";
import type { FamilyPlace } from "./family-place.ts";
import type { GovernmentIdentity } from "./government-identity.ts";
import type { Labels } from "./labels.ts";

/** Of the app that is guarded. */
export interface CourtAccessArgs extends Labels {
  /** For people. */
  title: string;
  hostname: string;
  /** e.g. `8h` */
  sessionDuration: string;
}

/** What counts as a second factor that cannot be fished out of a person: a key, or the device itself. */
const authenticators = ["security_key", "biometrics", "totp"];

/**
 * Lets people into an app after they signed in with the government's identity provider, at the assurance it was asked for and with a second
 * factor; and the health check, with a token of its own.
 */
export class CourtAccess extends pulumi.ComponentResource {
  /** Audience tag of the tokens that Access issues for the app. */
  declare readonly audience: pulumi.Output<string>;
  /** What the health check shows. */
  readonly healthToken: { clientId: pulumi.Output<string>; clientSecret: pulumi.Output<string> };

  constructor(
    name: string,
    args: CourtAccessArgs,
    identity: GovernmentIdentity,
    { accountId }: FamilyPlace,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("chittyops:index:CourtAccess", name, args, opts);
    const { title, hostname, sessionDuration } = args;
    const mfaConfig = { mfaDisabled: false, allowedAuthenticators: authenticators, sessionDuration };
    const people = new cloudflare.ZeroTrustAccessPolicy(
      `${name}-people`,
      {
        accountId,
        name: `People of ${hostname}`,
        decision: "allow",
        includes: [{ loginMethod: { id: identity.providerId } }],
        requires: [
          {
            oidc: { identityProviderId: identity.providerId, claimName: "acr", claimValue: identity.assurance },
          },
        ],
        mfaConfig,
        sessionDuration,
      },
      { parent: this },
    );
    const token = new cloudflare.ZeroTrustAccessServiceToken(
      `${name}-health-token`,
      { accountId, name: `Health check of ${hostname}`, duration: "8760h" },
      { parent: this, additionalSecretOutputs: ["clientSecret"] },
    );
    const health = new cloudflare.ZeroTrustAccessPolicy(
      `${name}-health-check`,
      {
        accountId,
        name: `Health check of ${hostname}`,
        decision: "non_identity",
        includes: [{ serviceToken: { tokenId: token.id } }],
        sessionDuration: "1h",
      },
      { parent: this },
    );
    const application = new cloudflare.ZeroTrustAccessApplication(
      `${name}-application`,
      {
        accountId,
        name: title,
        domain: hostname,
        type: "self_hosted",
        allowedIdps: [identity.providerId],
        autoRedirectToIdentity: true,
        mfaConfig,
        sessionDuration,
        httpOnlyCookieAttribute: true,
        sameSiteCookieAttribute: "lax",
        policies: [
          { id: people.id, precedence: 1 },
          { id: health.id, precedence: 2 },
        ],
      },
      { parent: this },
    );
    this.audience = application.aud;
    this.healthToken = { clientId: token.clientId, clientSecret: pulumi.secret(token.clientSecret) };
    this.registerOutputs({ audience: this.audience });
  }
}
