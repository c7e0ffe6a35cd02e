import type { webcrypto } from "node:crypto";
import { createHash, hash } from "node:crypto";
import {
  errors,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
  SignJWT,
} from "jose";
import { z } from "zod";
import { ProblemError } from "../problem/problem.ts";

/** A request as its signature covers it. */
export interface SignedParts {
  method: string;
  /** Absolute; its query is not covered, and receivers must not rely on one. */
  url: string;
  body: string;
}

export interface Signer {
  key: webcrypto.CryptoKey | Uint8Array;
  /** `alg` and, where the receiver chooses among keys, `kid`. */
  header: JWTHeaderParameters;
  issuer: string;
  audience: string;
}

const lifetimeSeconds = 60;

/**
 * Headers that prove who sends a request: a JWT (RFC 7519) good for a minute, bound to method and address (`htm` and `htu`, as in RFC 9449)
 * and to the body by its digest (`Content-Digest` of RFC 9530, repeated in the claim `content_digest`).
 *
 * @param id `jti`: unique for each request, or the idempotency key of one that is sent again
 * @param now milliseconds since the epoch
 */
export async function signRequest(
  parts: SignedParts,
  signer: Signer,
  id: string,
  now: number,
): Promise<Record<string, string>> {
  const seconds = Math.floor(now / 1_000);
  const digest = contentDigest(parts.body);
  const token = await new SignJWT({ htm: parts.method, htu: addressOf(parts.url), content_digest: digest })
    .setProtectedHeader(signer.header)
    .setIssuer(signer.issuer)
    .setAudience(signer.audience)
    .setJti(id)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + lifetimeSeconds)
    .sign(signer.key);
  return { authorization: `Bearer ${token}`, "content-digest": digest };
}

/** What a signature says: an id that the receiver must take once only, when that can be forgotten, and the body it is good for. */
export interface VerifiedCall {
  id: string;
  /** Seconds since the epoch. */
  expires: number;
  /** SHA-256 of the body, hexadecimal: the caller compares it, or has the store compare it that takes the body. */
  bodyDigest: string;
}

/** Whose signatures are good. `now` is in milliseconds since the epoch. */
export interface SignatureChecks {
  /** A shared secret, or the signer's public keys. */
  key: Uint8Array | JWTVerifyGetKey;
  algorithm: "HS256" | "EdDSA";
  issuer: string;
  audience: string;
  now: number;
}

/**
 * Checks what `signRequest` made.
 * @param authorization the header
 * @throws ProblemError 401, without a word of the token
 */
export async function verifyRequest(
  authorization: string | null,
  parts: Omit<SignedParts, "body">,
  checks: SignatureChecks,
): Promise<VerifiedCall> {
  const token = authorization?.match(/^Bearer (\S+)$/)?.[1];
  if (token === undefined) throw unsigned("it carries no signature (Authorization: Bearer …)");
  const claims = claimsOf.safeParse(await payloadOf(token, checks));
  if (!claims.success) throw unsigned("its signature does not say what it was made for");
  const { jti, exp, htm, htu, content_digest } = claims.data;
  if (htm !== parts.method || (htu !== parts.url && htu !== addressOf(parts.url))) {
    throw unsigned("its signature was made for another method or address");
  }
  const bodyDigest = Buffer.from(content_digest.slice("sha-256=:".length, -1), "base64").toString("hex");
  return { id: jti, expires: exp, bodyDigest };
}

/** @throws ProblemError 401: the signature was made for another body */
export function requireBody({ bodyDigest }: VerifiedCall, body: string): void {
  if (hash("sha256", body, "hex") !== bodyDigest) throw otherBody();
}

export const otherBody = (): ProblemError => unsigned("its signature was made for another body");

const claimsOf = z.object({
  jti: z.string().min(1).max(1_000),
  exp: z.number(),
  htm: z.string(),
  htu: z.string(),
  content_digest: z.string().regex(/^sha-256=:[A-Za-z0-9+/]{43}=:$/),
});

async function payloadOf(
  token: string,
  { key, algorithm, issuer, audience, now }: SignatureChecks,
): Promise<JWTPayload> {
  const options: JWTVerifyOptions = {
    algorithms: [algorithm],
    issuer,
    audience,
    currentDate: new Date(now),
    clockTolerance: 5,
    // A signer must not make signatures that are good for longer than their ids are kept.
    maxTokenAge: lifetimeSeconds,
    requiredClaims: ["exp", "iat", "jti"],
  };
  try {
    const verified = await (typeof key === "function"
      ? jwtVerify(token, key, options)
      : jwtVerify(token, key, options));
    return verified.payload;
  } catch (error) {
    throw unsigned(
      error instanceof errors.JWTExpired
        ? "its signature has expired, or a clock is wrong"
        : "its signature does not match",
    );
  }
}

function contentDigest(body: string): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}

function addressOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

function unsigned(reason: string): ProblemError {
  const detail = `The request is refused: ${reason}. Sign it anew, with the right key and for this request.`;
  return new ProblemError({ status: 401, title: "Not signed", detail });
}
