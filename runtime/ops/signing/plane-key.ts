import { type CryptoKey, calculateJwkThumbprint, importJWK } from "jose";
import { z } from "zod";
import { type OpsPublicKey, opsPublicKey } from "../../../contracts/ops-audit.ts";
import { jsonOf } from "../../http/json-of.ts";

const signingKey = opsPublicKey.omit({ kid: true }).extend({ d: z.string().min(1) });

/** What the plane signs with, and what others check it with. */
export interface PlaneKey {
  privateKey: CryptoKey;
  publicKey: OpsPublicKey;
}

const known = new Map<string, Promise<PlaneKey>>();

/** The plane's key. @throws Error that does not show it: `SIGNING_KEY` is no Ed25519 private key as a JSON Web Key */
export function planeKey({ SIGNING_KEY }: { SIGNING_KEY: string }): Promise<PlaneKey> {
  const key = known.get(SIGNING_KEY) ?? read(SIGNING_KEY);
  known.set(SIGNING_KEY, key);
  return key;
}

async function read(text: string): Promise<PlaneKey> {
  const parsed = signingKey.safeParse(jsonOf(text));
  if (!parsed.success) throw new Error("SIGNING_KEY has to be an Ed25519 private key as a JSON Web Key (RFC 8037).");
  const { d, ...rest } = parsed.data;
  const privateKey = await importJWK({ ...rest, d }, "EdDSA");
  if (privateKey instanceof Uint8Array) throw new Error("SIGNING_KEY has to be an Ed25519 private key.");
  return { privateKey, publicKey: { ...rest, kid: await calculateJwkThumbprint(rest) } };
}
