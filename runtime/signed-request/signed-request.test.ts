import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { requireBody, type SignatureChecks, signRequest, verifyRequest } from "./signed-request.ts";

const now = Date.parse("2026-11-26T12:00:00Z");
const secret = "s".repeat(64);
const parts = { method: "PUT", url: "https://notes.test/api/v1/budget", body: '{"level":"pause"}' };
const key = new TextEncoder().encode(secret);
const checks: SignatureChecks = { key, algorithm: "HS256", issuer: "chittyops", audience: "notes", now };
const signer = {
  key,
  header: { alg: "HS256" },
  issuer: "chittyops",
  audience: "notes",
};
const { authorization = "" } = await signRequest(parts, signer, "call-1", now);
const unsigned = { problem: { status: 401, title: "Not signed" } };

describe("a request signed with a shared secret", () => {
  it("is good for itself, and its query is not covered", async () => {
    const call = await verifyRequest(authorization, { ...parts, url: `${parts.url}?x=1` }, checks);
    expect(call).toMatchObject({ id: "call-1", expires: now / 1_000 + 60 });
    expect(() => requireBody(call, parts.body)).not.toThrow();
    expect(() => requireBody(call, `${parts.body} `)).toThrow(/another body/);
  });

  it("is good for no other method, address, child, secret, signer or time", async () => {
    const wrong: [Partial<typeof parts>, Partial<SignatureChecks>][] = [
      [{ method: "POST" }, {}],
      [{ url: "https://notes.test/api/v1/budget/" }, {}],
      [{ url: "https://other.test/api/v1/budget" }, {}],
      [{}, { audience: "other" }],
      [{}, { key: new TextEncoder().encode("t".repeat(64)) }],
      [{}, { algorithm: "EdDSA" }],
      [{}, { issuer: "somebody" }],
      [{}, { now: now + 66_000 }],
      [{}, { now: now - 60_000 }],
    ];
    for (const [other, check] of wrong) {
      const verifying = verifyRequest(authorization, { ...parts, ...other }, { ...checks, ...check });
      await expect(verifying).rejects.toMatchObject(unsigned);
    }
  });

  it("is refused without a signature, with junk, or with one that says less or lasts longer than it should", async () => {
    const at = now / 1_000;
    const bound = { htm: "PUT", htu: parts.url, content_digest: `sha-256=:${"A".repeat(43)}=:` };
    const made = (claims: object, lifetime = 60, issued = at) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: "HS256" })
        .setIssuer("chittyops")
        .setAudience("notes")
        .setIssuedAt(issued)
        .setExpirationTime(issued + lifetime)
        .sign(signer.key);
    const tokens = [
      await made({ ...bound, jti: undefined }),
      await made({ ...bound, jti: "x", content_digest: "md5=:x:" }),
      await made({ jti: "x" }),
      await made({ ...bound, jti: "x" }, 86_400, at - 3_600),
      "junk",
    ];
    for (const shown of [null, "", "Basic x", ...tokens.map((token) => `Bearer ${token}`)]) {
      await expect(verifyRequest(shown, parts, checks)).rejects.toMatchObject(unsigned);
    }
  });
});
