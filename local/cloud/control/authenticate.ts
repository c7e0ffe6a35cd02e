import {
  type AccountRecord,
  accounts,
  credentials,
  type TokenRecord,
  tokens,
  type ZoneRecord,
  zones,
} from "../store/records/accounts.ts";
import { tokenHash } from "../store/seed.ts";
import type { Store } from "../store/store.ts";
import { ApiError } from "./api-error.ts";

/** Who asks: the account whose token it is, and which accounts and zones the token reaches. */
export interface Identity {
  accountId: string;
  /** Absent for the token that an account was seeded with. */
  token?: TokenRecord;
  reaches(target: { account: AccountRecord } | { zone: ZoneRecord }): boolean;
}

/**
 * Who is behind the `Authorization` header.
 * @throws {ApiError} 400/6003 without a usable header, 401/1000 for a token that is unknown, switched off or out of its time.
 * Source of the codes: the API's answers as quoted in public issues.
 */
export function authenticate(store: Store, request: Request, now: number): Identity {
  const header = request.headers.get("authorization");
  if (header === null) throw new ApiError(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
  const value = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  if (value === undefined || !/^[0-9A-Za-z_-]{40,80}$/.test(value)) {
    throw new ApiError(400, 6003, "Invalid request headers", [
      { code: 6111, message: "Invalid format for Authorization header" },
    ]);
  }
  const credential = store.get(credentials, "", tokenHash(value));
  if (credential?.kind !== "account" || credential.accountId === undefined)
    throw new ApiError(401, 1000, "Invalid API Token");
  const { accountId, tokenId } = credential;
  if (tokenId === undefined) {
    return {
      accountId,
      reaches: (target) => ("account" in target ? target.account.id : target.zone.accountId) === accountId,
    };
  }
  const token = store.get(tokens, accountId, tokenId);
  if (token?.status !== "active") throw new ApiError(401, 1000, "Invalid API Token");
  if (token.notBefore !== undefined && Date.parse(token.notBefore) > now)
    throw new ApiError(401, 1001, "Token is not yet valid");
  if (token.expiresOn !== undefined && Date.parse(token.expiresOn) <= now)
    throw new ApiError(401, 1002, "Expired API Token");
  return { accountId, token, reaches: (target) => policiesReach(token, target) };
}

/** Resources of a policy: https://developers.cloudflare.com/fundamentals/api/how-to/create-via-api/ */
function policiesReach(token: TokenRecord, target: { account: AccountRecord } | { zone: ZoneRecord }): boolean {
  const accountId = "account" in target ? target.account.id : target.zone.accountId;
  if (accountId !== token.accountId) return false;
  const matches = (effect: "allow" | "deny"): boolean =>
    token.policies.some(
      (policy) =>
        policy.effect === effect &&
        Object.entries(policy.resources).some(([name, value]) => covers(name, value, target)),
    );
  return matches("allow") && !matches("deny");
}

function covers(name: string, value: unknown, target: { account: AccountRecord } | { zone: ZoneRecord }): boolean {
  const prefix = "com.cloudflare.api.account.";
  if ("zone" in target && (name === `${prefix}zone.${target.zone.id}` || name === `${prefix}zone.*`)) return true;
  const accountId = "account" in target ? target.account.id : target.zone.accountId;
  if (name !== `${prefix}${accountId}` && name !== `${prefix}*`) return false;
  if (typeof value !== "object" || value === null) return true;
  return "zone" in target && Object.entries(value).some(([inner, scope]) => covers(inner, scope, target));
}

/** The account or zone that the path names. @throws {ApiError} 403/9109 when it does not exist or is not the token's: the API does not tell which. */
export function authorise(
  store: Store,
  identity: Identity | undefined,
  parameters: Record<string, string>,
): { account: AccountRecord | undefined; zone: ZoneRecord | undefined } {
  const unauthorised = new ApiError(403, 9109, "Unauthorized to access requested resource");
  if (parameters.zone !== undefined) {
    const zone = store.find(zones, parameters.zone);
    if (!zone || identity?.reaches({ zone }) === false) throw unauthorised;
    return { zone, account: store.get(accounts, "", zone.accountId) };
  }
  if (parameters.account !== undefined) {
    const account = store.get(accounts, "", parameters.account);
    if (!account || identity?.reaches({ account }) === false) throw unauthorised;
    return { account, zone: undefined };
  }
  return { account: undefined, zone: undefined };
}

/** Whether the request carries the admin token that opens `/_local`. */
export function isAdmin(store: Store, request: Request): boolean {
  const value = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  return value !== undefined && store.get(credentials, "", tokenHash(value))?.kind === "admin";
}
