import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { BackupFailed } from "./backup-failed.ts";
import { type KeyService, keyServiceIdentity, keyServiceRecipient } from "./key-service.ts";

/**
 * Two pairs, since reading and forging are different powers. Whoever makes backups needs `recipient` and `signingKey`, and cannot read an older
 * backup with them; whoever restores needs `identity` and `verificationKey`, and cannot forge one.
 */
export interface BackupKeys {
  /** Secret: `AGE-SECRET-KEY-1…`, opens the backups. */
  identity: string;
  /** Public: `age1…`, what backups are encrypted to. */
  recipient: string;
  /** Secret: Ed25519, PKCS #8 in DER as base64url. */
  signingKey: string;
  /** Public: Ed25519, SPKI in DER as base64url. */
  verificationKey: string;
}

export async function generateBackupKeys(): Promise<BackupKeys> {
  const identity = await generateX25519Identity();
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    identity,
    recipient: await identityToRecipient(identity),
    signingKey: privateKey.export({ format: "der", type: "pkcs8" }).toString("base64url"),
    verificationKey: publicKey.export({ format: "der", type: "spki" }).toString("base64url"),
  };
}

/** An age recipient (`age1…`), or a service that keeps the key to itself. */
export type Recipient = string | KeyService;
/** An age identity (`AGE-SECRET-KEY-1…`), or the service that was a recipient. */
export type Identity = string | KeyService;

/** @throws BackupFailed without repeating what was given: it may be a secret in the wrong place. */
export function encrypterFor(recipients: readonly Recipient[]): Encrypter {
  if (recipients.length === 0) throw invalid("No recipient was given", "at least one age recipient or key service");
  const encrypter = new Encrypter();
  for (const [index, recipient] of recipients.entries()) {
    try {
      encrypter.addRecipient(typeof recipient === "string" ? recipient : keyServiceRecipient(recipient));
    } catch {
      throw invalid(`Recipient ${index + 1} cannot be used`, "an age recipient, which begins with age1");
    }
  }
  return encrypter;
}

/** @throws BackupFailed as `encrypterFor`. */
export function decrypterFor(identities: readonly Identity[]): Decrypter {
  if (identities.length === 0) throw invalid("No identity was given", "at least one age identity or key service");
  const decrypter = new Decrypter();
  for (const [index, identity] of identities.entries()) {
    try {
      decrypter.addIdentity(typeof identity === "string" ? identity : keyServiceIdentity(identity));
    } catch {
      throw invalid(`Identity ${index + 1} cannot be used`, "an age identity, which begins with AGE-SECRET-KEY-1");
    }
  }
  return decrypter;
}

export function recipientFingerprint(recipient: Recipient): string {
  return typeof recipient === "string" ? fingerprint(recipient) : `key service ${recipient.name}`;
}

/** @throws BackupFailed */
export function readSigningKey(key: string): KeyObject {
  try {
    const read = createPrivateKey({ key: Buffer.from(key, "base64url"), format: "der", type: "pkcs8" });
    if (read.asymmetricKeyType === "ed25519") return read;
  } catch {
    // Below; what OpenSSL says helps nobody.
  }
  throw invalid("The signing key cannot be read", "an Ed25519 key, PKCS #8 in DER as base64url");
}

/** @throws BackupFailed */
export function readVerificationKey(key: string): KeyObject {
  try {
    const read = createPublicKey({ key: Buffer.from(key, "base64url"), format: "der", type: "spki" });
    if (read.asymmetricKeyType === "ed25519") return read;
  } catch {
    // As above.
  }
  throw invalid("A verification key cannot be read", "an Ed25519 key, SPKI in DER as base64url");
}

/** Of the public half, whichever half is given. */
export function signerFingerprint(key: KeyObject): string {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return fingerprint(publicKey.export({ format: "der", type: "spki" }).toString("base64url"));
}

function fingerprint(publicKey: string): string {
  return createHash("sha256").update(publicKey).digest("hex").slice(0, 16);
}

function invalid(found: string, expected: string): BackupFailed {
  return new BackupFailed("invalid-argument", `${found}.`, {
    expected,
    remedy: "generateBackupKeys() makes a set that fits together.",
  });
}
