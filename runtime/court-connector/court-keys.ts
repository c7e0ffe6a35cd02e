import type { webcrypto } from "node:crypto";
import type { JWK } from "jose";
import type { KeyRing } from "../documents/key-ring.ts";

/** A PKCS #8 key of Ed25519 (RFC 8410) up to its 32 bytes. */
const pkcs8Head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/** The key that filings are signed with at one version of the root key: derived, so that there is no further secret to keep. */
export async function courtKey(ring: KeyRing, version: number): Promise<{ key: webcrypto.CryptoKey; kid: string }> {
  const seed = await ring.secretFor("chittyops-court-key", version);
  const key = await crypto.subtle.importKey("pkcs8", Uint8Array.of(...pkcs8Head, ...seed), "Ed25519", true, ["sign"]);
  return { key, kid: `court-${version}` };
}

/** The public halves of all versions (RFC 7517), for the court's system. */
export async function courtPublicKeys(ring: KeyRing): Promise<{ keys: JWK[] }> {
  return {
    keys: await Promise.all(
      ring.versions.map(async (version) => {
        const { key, kid } = await courtKey(ring, version);
        const { kty, crv, x } = await crypto.subtle.exportKey("jwk", key);
        if (kty !== "OKP" || crv !== "Ed25519" || x === undefined)
          throw new Error("the platform exports no Ed25519 keys");
        return { kty, crv, x, kid, use: "sig", alg: "EdDSA" };
      }),
    ),
  };
}
