import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { AccessConfiguration } from "../../contracts/lite-child.ts";
import { ProblemError } from "../problem/problem.ts";
import type { Clock } from "../storage/object-storage.ts";
import type { Identity } from "./identity.ts";

/**
 * Who is behind a token of Cloudflare Access, with a second factor and a proven identity as the child's configuration asks for.
 *
 * Claims: https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/application-token; `amr`: RFC 8176;
 * `acr` and `ial`: https://developers.login.gov/oidc/
 *
 * @param token the header `Cf-Access-Jwt-Assertion`
 * @throws ProblemError 401: no token that is good; 403: not enough of an identity; 503: the issuer's keys cannot be had
 */
export async function verifyIdentity(
  token: string | undefined,
  configuration: AccessConfiguration,
  { keys, clock }: { keys: JWTVerifyGetKey; clock: Clock },
): Promise<Identity> {
  if (!token) throw refused(401, "No Access token came with the request. Sign in through Access.");
  const payload = await verifiedPayload(token, configuration, keys, clock);
  const { sub } = payload;
  const [email] = textsOf(payload, "email");
  if (!sub || email === undefined) {
    throw refused(403, "The Access token names no person (sub and email): programs have no place here. Sign in.");
  }
  const methods = textsOf(payload, "amr");
  if (!methods.some((method) => configuration.mfaMethods.includes(method))) {
    throw refused(
      403,
      `The sign-in proves no second factor: amr is ${shown(methods)}, expected one of ${configuration.mfaMethods.join(", ")}. Sign in again with a second factor.`,
    );
  }
  const levels = [...textsOf(payload, "acr"), ...textsOf(payload, "ial")];
  if (!levels.some((level) => configuration.assurance.includes(level))) {
    throw refused(
      403,
      `The identity is not proven enough: acr and ial are ${shown(levels)}, expected one of ${configuration.assurance.join(", ")}. Verify the identity with the provider.`,
    );
  }
  const address = email.toLowerCase();
  return { subject: sub, email: address, administrator: configuration.administrators.includes(address) };
}

async function verifiedPayload(
  token: string,
  { issuer, audience }: AccessConfiguration,
  keys: JWTVerifyGetKey,
  clock: Clock,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ["RS256", "ES256"],
      requiredClaims: ["exp", "iat", "sub"],
      currentDate: new Date(clock.now()),
      clockTolerance: 5,
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || isBadAnswer(error)) {
      throw new ProblemError({
        status: 503,
        title: "Identity cannot be checked",
        detail: "The public keys of Access cannot be had at the moment. Try again.",
        retryAfter: 30,
      });
    }
    throw refused(401, `The Access token is not good: ${reasonOf(error)}. Sign in through Access again.`);
  }
}

/** What jose throws when the issuer answers something else than a key set. */
function isBadAnswer(error: errors.JOSEError): boolean {
  return error.code === "ERR_JOSE_GENERIC" || error instanceof errors.JWKSInvalid;
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return "it has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is not what was expected`;
  if (error instanceof errors.JWKSNoMatchingKey) return "it was signed with a key that Access does not publish";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature does not match";
  return "it is not a signed token of Access";
}

/** Claims of the identity provider are below `custom` in a token of Access, its own at the top. */
function textsOf(payload: JWTPayload, claim: string): string[] {
  const custom = typeof payload.custom === "object" && payload.custom !== null ? payload.custom : {};
  return [payload[claim], (custom as Record<string, unknown>)[claim]]
    .flat()
    .filter((value): value is string => typeof value === "string" && value !== "");
}

function shown(values: string[]): string {
  return values.length === 0 ? "absent" : values.map((value) => value.slice(0, 100)).join(", ");
}

function refused(status: 401 | 403, detail: string): ProblemError {
  return new ProblemError({ status, title: status === 401 ? "Not signed in" : "Not allowed", detail });
}
