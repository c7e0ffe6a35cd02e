import { collection } from "../collection.ts";

export interface AccountRecord {
  id: string;
  name: string;
  createdOn: string;
  /** First label after the script's name in hosts below `workers.dev`. */
  subdomain: string;
}

export const accounts = collection({
  kind: "account",
  scope: (_: AccountRecord) => "",
  id: (account) => account.id,
  name: (account) => account.name,
});

export interface ZoneRecord {
  id: string;
  accountId: string;
  name: string;
  createdOn: string;
}

export const zones = collection({
  kind: "zone",
  scope: (zone: ZoneRecord) => zone.accountId,
  id: (zone) => zone.id,
  name: (zone) => zone.name,
});

/** What a bearer token stands for. Only its sha256 is kept; the value is shown once, when it is made. */
export interface CredentialRecord {
  /** sha256 of the token's value, hexadecimal. */
  hash: string;
  /** `admin` opens `/_local`, `account` the API of one account, `neon` that of one Neon organisation. */
  kind: "admin" | "account" | "neon";
  /** Of a Neon organisation, its id. */
  accountId?: string;
  tokenId?: string;
}

export const credentials = collection({
  kind: "credential",
  scope: (_: CredentialRecord) => "",
  id: (credential) => credential.hash,
});

interface TokenPolicy {
  id?: string | undefined;
  effect: "allow" | "deny";
  permission_groups: { id: string; [field: string]: unknown }[];
  resources: Record<string, unknown>;
}

export interface TokenRecord {
  id: string;
  accountId: string;
  name: string;
  status: "active" | "disabled" | "expired";
  policies: TokenPolicy[];
  condition?: Record<string, unknown> | undefined;
  notBefore?: string | undefined;
  expiresOn?: string | undefined;
  issuedOn: string;
  modifiedOn: string;
}

export const tokens = collection({
  kind: "token",
  scope: (token: TokenRecord) => token.accountId,
  id: (token) => token.id,
});
