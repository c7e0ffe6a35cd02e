import type { EnvironmentName } from "./environments.ts";

/** An OpenID Connect provider that people sign in with. */
export interface IdentityProvider {
  name: string;
  authorizeUrl: string;
  tokenUrl: string;
  keysUrl: string;
  scopes: readonly string[];
  /** What a token says in `acr` about each level of identity assurance. */
  identityAssurance: Readonly<Record<"ial1" | "ial2", string>>;
  /** What it is asked for each level of authenticator assurance. */
  authenticatorAssurance: Readonly<Record<"aal2" | "aal3", string>>;
}

/** Source: https://developers.login.gov/oidc/ */
function loginGov(origin: string): IdentityProvider {
  return {
    name: "login.gov",
    authorizeUrl: `${origin}/openid_connect/authorize`,
    tokenUrl: `${origin}/api/openid_connect/token`,
    keysUrl: `${origin}/api/openid_connect/certs`,
    scopes: ["openid", "email", "profile:verified_at"],
    identityAssurance: {
      ial1: "urn:acr.login.gov:auth-only",
      ial2: "urn:acr.login.gov:verified",
    },
    authenticatorAssurance: {
      aal2: "http://idmanagement.gov/ns/assurance/aal/2",
      aal3: "http://idmanagement.gov/ns/assurance/aal/2?phishing_resistant=true",
    },
  };
}

const sandbox = loginGov("https://idp.int.identitysandbox.gov");

/** By environment: its sandbox wherever people are made up. */
export const identityProviders: Readonly<Record<EnvironmentName, { "login.gov": IdentityProvider }>> = {
  local: { "login.gov": sandbox },
  dev: { "login.gov": sandbox },
  prod: { "login.gov": loginGov("https://secure.login.gov") },
};
