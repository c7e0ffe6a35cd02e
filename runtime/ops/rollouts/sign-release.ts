import { CompactSign } from "jose";
import { type ChildName, type Release, releaseType } from "../../../contracts/ops-sync.ts";
import { planeKey } from "../signing/plane-key.ts";
import type { Offer } from "./rollout-object.ts";

const goodForMilliseconds = 3_600_000;

/** A release for one child, signed by the plane (JWS, compact). Whoever keeps one back has an hour. */
export async function signRelease(
  { kind, service, counter, content }: Offer,
  { family, child }: ChildName,
  env: { SIGNING_KEY: string },
  now: number,
): Promise<string> {
  const { privateKey, publicKey } = await planeKey(env);
  const payload: Release = {
    version: 1,
    kind,
    service,
    family,
    child,
    counter,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + goodForMilliseconds).toISOString(),
    content,
  };
  return await new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: "EdDSA", typ: releaseType, kid: publicKey.kid })
    .sign(privateKey);
}
