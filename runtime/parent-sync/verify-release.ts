import { compactVerify, importJWK } from "jose";
import { type Release, release, releaseType } from "../../contracts/ops-sync.ts";
import { jsonOf } from "../http/json-of.ts";

/** Whose releases are good, and when. */
interface ReleaseChecks {
  /** Ed25519 public key: 32 bytes, base64url. */
  publicKey: string;
  service: string;
  family: string;
  child: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** A release that must not be applied; the message says why, and is for the parent. */
export class ReleaseRefused extends Error {
  override readonly name = "ReleaseRefused";
}

/** Reads a release that the parent signed for this child. @throws ReleaseRefused */
export async function verifyRelease(jws: string, checks: ReleaseChecks): Promise<Release> {
  const { publicKey, service, family, child, now } = checks;
  const key = await importJWK({ kty: "OKP", crv: "Ed25519", x: publicKey }, "EdDSA");
  const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ["EdDSA"] }).catch(() => {
    throw new ReleaseRefused("its signature is not the parent's");
  });
  if (protectedHeader.typ !== releaseType) throw new ReleaseRefused("what the parent signed is no release");
  const parsed = release.safeParse(jsonOf(new TextDecoder().decode(payload)));
  if (!parsed.success) throw new ReleaseRefused("it is no release that this version understands");
  const found = parsed.data;
  if (found.family !== family || found.child !== child) {
    throw new ReleaseRefused(`it is for ${found.family}/${found.child}`);
  }
  if (found.service !== service) throw new ReleaseRefused(`it is for ${found.service}`);
  if (Date.parse(found.expiresAt) <= now) throw new ReleaseRefused(`it expired at ${found.expiresAt}`);
  return found;
}
