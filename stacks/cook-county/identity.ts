import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { identityProviders, type ResolvedChild, type ResolvedSecret } from "../../catalog/index.ts";
import type { FamilyPlace } from "../../components/family-place.ts";
import { GovernmentIdentity } from "../../components/government-identity.ts";
import { refuse } from "../../components/input-problems.ts";
import type { Labels } from "../../components/labels.ts";
import { missingSecrets, SecretSet } from "../../components/secret-set.ts";
import { StandInIssuer } from "../../components/stand-in-issuer.ts";
import { readConfig } from "../shared/read-config.ts";

const clientSecret: ResolvedSecret = {
  key: "cook-county/LOGIN_GOV_CLIENT_SECRET",
  name: "LOGIN_GOV_CLIENT_SECRET",
  shared: true,
  source: "provided",
  variable: "CHITTYOPS_SECRET_LOGIN_GOV_CLIENT_SECRET",
};

const fields = {
  /** The name before `.cloudflareaccess.com`. */
  accessTeam: z.string().regex(/^[a-z0-9-]+$/, "the name of the team at Access"),
  /** As login.gov knows this client, e.g. `urn:gov:gsa:openidconnect.profiles:sp:sso:cook-county:courts`. */
  loginGovClientId: z.string().min(1),
};

export interface CourtIdentity {
  /** The provider that gives the assurance an app asks for. */
  providerOf(app: ResolvedChild<"cook-county">): GovernmentIdentity;
  /** Who signs the tokens that people come in with, as the app is told. */
  issuer: { issuer: string; publicKeys?: StandInIssuer["publicKeys"] };
  /** Secret; of `local` only, to try an app with. */
  issuerKey?: pulumi.Output<string>;
}

/** How people are known: an identity provider for each assurance that apps ask for, and the issuer of Access's tokens. */
export function courtIdentity(
  place: FamilyPlace,
  offline: boolean,
  opts: pulumi.ComponentResourceOptions,
): CourtIdentity {
  const { environment, family, accountId } = place;
  const config = readConfig(fields, {});
  const embedded = environment.cloud === "embedded";
  refuse(embedded || offline ? [] : missingSecrets([clientSecret]));
  const whenNotProvided = embedded ? "derive" : offline ? "dummy" : "refuse";
  const shared: Labels = { tenant: "shared", app: family, environment: environment.name, dataClass: "legal" };
  const secrets = new SecretSet(
    "identity",
    { ...shared, secrets: [clientSecret], entries: [], epochs: {}, accountId, storeName: family, whenNotProvided },
    () => {
      throw new Error("none of these secrets is another resource's output");
    },
    opts,
  );
  const providers = new Map<string, GovernmentIdentity>();
  const issuer = embedded ? new StandInIssuer("stand-in-issuer", shared, opts) : undefined;
  return {
    providerOf({ access: { identityProvider, identityAssurance, authenticatorAssurance } }) {
      const name = `${identityProvider}-${identityAssurance}-${authenticatorAssurance}`;
      const provider = identityProviders[environment.name][identityProvider];
      const args = {
        ...shared,
        provider,
        identityAssurance,
        authenticatorAssurance,
        clientId: config.loginGovClientId,
      };
      const found =
        providers.get(name) ?? new GovernmentIdentity(name, args, secrets.value(clientSecret.key), place, opts);
      providers.set(name, found);
      return found;
    },
    issuer: issuer ?? { issuer: `https://${config.accessTeam}.cloudflareaccess.com` },
    ...(issuer && { issuerKey: issuer.privateKey }),
  };
}
