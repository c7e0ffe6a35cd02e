import { createLocalJWKSet, errors, exportJWK, generateKeyPair, type JWTVerifyGetKey, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import type { AccessConfiguration } from "../../contracts/lite-child.ts";
import { verifyIdentity } from "./verify-identity.ts";

const now = Date.parse("2026-11-26T12:00:00Z");
const mine = await generateKeyPair("ES256");
const other = await generateKeyPair("ES256");
const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(mine.publicKey)), kid: "k1", alg: "ES256" }] });
const ial2 = "http://idmanagement.gov/ns/assurance/ial/2";
const configuration: AccessConfiguration = {
  issuer: "https://county.cloudflareaccess.com",
  audience: "court-app",
  mfaMethods: ["mfa", "hwk"],
  assurance: [ial2, "urn:acr.login.gov:verified"],
  administrators: ["clerk@county.test"],
};
const claims = { email: "Clerk@County.test", sub: "s-1", amr: ["pwd", "mfa"], acr: ial2 };

interface Signing {
  issuer?: string;
  audience?: string;
  issuedAt?: number;
  expires?: number;
  key?: typeof mine.privateKey;
  kid?: string;
}

function token(payload: Record<string, unknown>, signing: Signing = {}): Promise<string> {
  const at = now / 1_000;
  return new SignJWT(payload)
    .setProtectedHeader({ alg: "ES256", kid: signing.kid ?? "k1" })
    .setIssuer(signing.issuer ?? configuration.issuer)
    .setAudience(signing.audience ?? configuration.audience)
    .setIssuedAt(signing.issuedAt ?? at)
    .setExpirationTime(signing.expires ?? at + 60)
    .sign(signing.key ?? mine.privateKey);
}
const verify = (jwt: string | undefined, by: JWTVerifyGetKey = keys) =>
  verifyIdentity(jwt, configuration, { keys: by, clock: { now: () => now } });
const problem = (status: number, detail: RegExp) => ({
  problem: { status, detail: expect.stringMatching(detail) },
});

describe("the identity behind an Access token", () => {
  it("is a person with a second factor and a proven identity, said at the top or by the provider", async () => {
    const expected = { subject: "s-1", email: "clerk@county.test", administrator: true };
    expect(await verify(await token(claims))).toEqual(expected);
    const custom = { email: claims.email, sub: "s-1", custom: { amr: "hwk", ial: ial2 } };
    expect(await verify(await token(custom))).toEqual(expected);
    expect(await verify(await token({ ...claims, email: "a@b.test" }))).toMatchObject({ administrator: false });
  });

  it("is refused without a second factor or a proven identity, with what was found and what is expected", async () => {
    const refused: [Record<string, unknown>, RegExp][] = [
      [{ ...claims, amr: undefined }, /amr is absent, expected one of mfa, hwk/],
      [{ ...claims, amr: ["pwd"] }, /amr is pwd/],
      [{ ...claims, amr: [["mfa"], 5, ""] }, /amr is absent/],
      [{ ...claims, acr: undefined }, /acr and ial are absent, expected one of http:\/\/idmanagement/],
      [{ ...claims, acr: "http://idmanagement.gov/ns/assurance/ial/1" }, /ial\/1/],
      [{ ...claims, acr: `${ial2}0` }, /ial\/20/],
      [{ ...claims, email: undefined }, /names no person/],
    ];
    for (const [payload, detail] of refused) {
      await expect(verify(await token(payload))).rejects.toMatchObject(problem(403, detail));
    }
  });

  it("is refused for a token that is not Access's, not for this app, or not good now", async () => {
    const at = now / 1_000;
    const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.`;
    const good = await token(claims);
    const refused: [string | undefined, RegExp][] = [
      [undefined, /No Access token/],
      ["", /No Access token/],
      ["junk", /not a signed token/],
      [none, /not a signed token/],
      [`${good.slice(0, -2)}AA`, /signature/],
      [await token(claims, { key: other.privateKey }), /signature/],
      [await token(claims, { kid: "k2" }), /does not publish/],
      [await token(claims, { issuer: "https://evil.cloudflareaccess.com" }), /claim iss/],
      [await token(claims, { audience: "other-app" }), /claim aud/],
      [await token(claims, { issuedAt: at - 900, expires: at - 60 }), /expired/],
      [await token({ ...claims, nbf: at + 600 }), /claim nbf/],
    ];
    for (const [jwt, detail] of refused) await expect(verify(jwt)).rejects.toMatchObject(problem(401, detail));
    const hmac = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "k1" }).sign(new Uint8Array(32));
    await expect(verify(hmac)).rejects.toMatchObject({ problem: { status: 401 } });
  });

  it("cannot be told while the issuer's keys cannot be had, which is nobody's fault", async () => {
    for (const failure of [
      new errors.JWKSTimeout(),
      new TypeError("fetch failed"),
      new errors.JOSEError("Expected 200 OK"),
    ]) {
      const failing: JWTVerifyGetKey = () => Promise.reject(failure);
      await expect(verify(await token(claims), failing)).rejects.toMatchObject({ problem: { status: 503 } });
    }
  });
});
