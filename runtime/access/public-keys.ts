import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { AccessConfiguration } from "../../contracts/lite-child.ts";

const known = new Map<string, JWTVerifyGetKey>();

/**
 * The issuer's keys. A set that is fetched is kept for ten minutes and fetched again for a key that it does not know, at most every 30
 * seconds (jose), so that nobody can make the child ask at each request.
 */
export function publicKeysOf({ issuer, publicKeys }: AccessConfiguration): JWTVerifyGetKey {
  const source = publicKeys ?? `${issuer.replace(/\/+$/, "")}/cdn-cgi/access/certs`;
  const id = typeof source === "string" ? source : JSON.stringify(source);
  const keys =
    known.get(id) ??
    (typeof source === "string"
      ? createRemoteJWKSet(new URL(source), { timeoutDuration: 5_000, cooldownDuration: 30_000, cacheMaxAge: 600_000 })
      : createLocalJWKSet(source as JSONWebKeySet));
  known.set(id, keys);
  return keys;
}
