import { createPrivateKey, createPublicKey, hkdfSync } from "node:crypto";
import { bech32 } from "@scure/base";
import { identityToRecipient } from "age-encryption";
import type { BackupKeys } from "../../database/backup/backup-keys.ts";

/** What a 32-byte Ed25519 key has before it in PKCS #8, RFC 8410. */
const pkcs8Ed25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/**
 * The keys of an environment's backups, the same from the same seed: whoever has the state has them, and nothing else has to be kept.
 * Each is of its own derivation (HKDF-SHA-256, RFC 5869), so that none tells anything of the other.
 */
export async function backupKeysFromSeed(seed: string): Promise<BackupKeys> {
  const identity = bech32.encodeFromBytes("AGE-SECRET-KEY-", derived(seed, "age x25519 identity")).toUpperCase();
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Ed25519, derived(seed, "ed25519 signing key")]),
    format: "der",
    type: "pkcs8",
  });
  return {
    identity,
    recipient: await identityToRecipient(identity),
    signingKey: privateKey.export({ format: "der", type: "pkcs8" }).toString("base64url"),
    verificationKey: createPublicKey(privateKey).export({ format: "der", type: "spki" }).toString("base64url"),
  };
}

function derived(seed: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", seed, "", `chittyops backups v1: ${purpose}`, 32));
}
