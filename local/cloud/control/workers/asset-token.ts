import { randomBytes } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { signingKeys } from "../../store/records/secrets.ts";
import type { Store } from "../../store/store.ts";
import { ApiError } from "../api-error.ts";

/** What the tokens of an assets upload are good for: sending files, or attaching the finished set to a script. */
export type AssetTokenUse = "upload" | "complete";

const claims = z.object({ session: z.string(), account: z.string(), use: z.enum(["upload", "complete"]) });

/** A token for one session; good for an hour, as Cloudflare's are. */
export function signAssetToken(
  store: Store,
  session: { id: string; accountId: string },
  use: AssetTokenUse,
): Promise<string> {
  return new SignJWT({ session: session.id, account: session.accountId, use })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(keyOf(store));
}

/** The session that a token is for. @throws {ApiError} 401/10400 */
export async function verifyAssetToken(
  store: Store,
  token: string,
  accountId: string,
  use: AssetTokenUse,
): Promise<string> {
  try {
    const { payload } = await jwtVerify(token, keyOf(store), { algorithms: ["HS256"] });
    const verified = claims.parse(payload);
    if (verified.account === accountId && verified.use === use) return verified.session;
  } catch {
    // Said below, in the API's words.
  }
  throw new ApiError(
    401,
    10400,
    `The assets token is not valid for ${use === "upload" ? "an upload" : "a deployment"}.`,
  );
}

function keyOf(store: Store): Uint8Array {
  const known = store.get(signingKeys, "", "assets");
  if (known) return Buffer.from(known.key, "base64url");
  const key = randomBytes(32);
  store.put(signingKeys, { purpose: "assets", key: key.toString("base64url") });
  return key;
}
