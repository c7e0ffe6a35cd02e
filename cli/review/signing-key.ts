import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { keyIdOf, signatureHolds } from "../../policies/evidence/seal/verify-folder.ts";
import type { Signer } from "../../policies/evidence/write-evidence.ts";
import { UserError } from "../user-error.ts";
import { signWithCommand } from "./sign-with-command.ts";

/** `chittyops:reviewSigner` of a stack's configuration: who signs its reviews. */
export interface SignerConfiguration {
  /** A program with its arguments: it gets the bytes to sign on stdin and prints the signature in base64. */
  command: string[];
  /** File with the public key (PEM, SubjectPublicKeyInfo), relative to the project. */
  publicKey: string;
}

export interface ReviewSigner extends Signer {
  publicKey: KeyObject;
}

export const localKeyFiles = (home: string) => ({
  privateKey: join(home, "review-key.pem"),
  publicKey: join(home, "review-key.pub.pem"),
});

/** A key of this machine (Ed25519), made at the first use: readable by its owner only, its public half beside it to be handed out. */
export function localSigner(home: string): ReviewSigner {
  const files = localKeyFiles(home);
  if (!existsSync(files.privateKey)) makeLocalKey(home);
  const mode = statSync(files.privateKey).mode & 0o077;
  if (mode !== 0) {
    throw new UserError(`The key that signs reviews can be read by others: ${files.privateKey}.`, {
      expected: "mode 0600",
      remedy: `chmod 600 ${files.privateKey}; if others used the machine, move it away and have a new one made`,
    });
  }
  const privateKey = createPrivateKey(readFileSync(files.privateKey));
  const publicKey = createPublicKey(privateKey);
  return { keyId: keyIdOf(publicKey), publicKey, sign: async (bytes) => sign(null, bytes, privateKey) };
}

function makeLocalKey(home: string): void {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const files = localKeyFiles(home);
  mkdirSync(home, { recursive: true });
  writeFileSync(files.privateKey, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
  writeFileSync(files.publicKey, publicKey.export({ type: "spki", format: "pem" }));
}

/**
 * A key that a command signs with, e.g. one of a KMS. What it signs is checked with the public key at once: a review nobody can verify is
 * worth nothing.
 */
export function commandSigner({ command, publicKey: file }: SignerConfiguration, projectFolder: string): ReviewSigner {
  const publicKey = readPublicKey(resolve(projectFolder, file));
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    async sign(bytes) {
      const signature = await signWithCommand(command, bytes);
      if (signatureHolds(publicKey, bytes, signature)) return signature;
      throw new UserError(`${command[0]} made a signature that does not hold with ${file}.`, {
        expected: "a signature of the bytes on stdin (Ed25519, or ECDSA or RSA over SHA-256), in base64",
        remedy: "check which key the command signs with, and that chittyops:reviewSigner names its public half",
      });
    },
  };
}

/** @throws UserError (with what to do) when there is no public key in the file. */
export function readPublicKey(file: string): KeyObject {
  try {
    return createPublicKey(readFileSync(file));
  } catch (error) {
    throw new UserError(`${file} is no public key: ${error instanceof Error ? error.message : String(error)}.`, {
      expected: "a file in PEM (BEGIN PUBLIC KEY)",
      remedy: "name the public half of the key that signed the review; `chittyops review` says where it is",
      cause: error,
    });
  }
}
