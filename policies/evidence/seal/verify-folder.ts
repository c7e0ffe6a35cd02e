import { createHash, type KeyObject, verify } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Envelope, parseEnvelope, signedBytes } from "./envelope.ts";
import { type Statement, sha256, statementSchema, statementType } from "./statement.ts";

/** The file of a review's folder that holds the signed manifest of the others. */
export const manifestFile = "manifest.dsse.json";

export interface Verified {
  /** What does not hold, each with the file it is about. Empty: nothing was changed, removed or added since it was signed with this key. */
  problems: string[];
  /** Present when the manifest could be read; to be trusted only when there are no problems. */
  statement?: Statement;
}

/** Names a public key: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");

/** Ed25519 takes the bytes themselves; with any other kind of key, SHA-256 of them is signed. */
export const signatureHolds = (publicKey: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify(publicKey.asymmetricKeyType === "ed25519" ? null : "sha256", bytes, publicKey, signature);

/**
 * Compares a folder of evidence with its signed manifest.
 * @throws what the file system says when the folder itself cannot be read.
 */
export function verifyFolder(folder: string, publicKey: KeyObject): Verified {
  const entries = readdirSync(folder, { withFileTypes: true });
  const odd = entries.filter((entry) => !entry.isFile()).map(({ name }) => `${name}: was added, and is not a file`);
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  if (!files.includes(manifestFile)) return { problems: [`${manifestFile}: is missing`, ...odd] };
  const envelope = parseEnvelope(readFileSync(join(folder, manifestFile), "utf8"));
  if (envelope === undefined) {
    return { problems: [`${manifestFile}: was changed, or is no signed manifest of a review`, ...odd] };
  }
  const unsigned = signatureProblems(envelope, publicKey);
  const statement = statementIn(envelope);
  if (statement === undefined) {
    return { problems: [...unsigned, `${manifestFile}: its statement is not one about a review`, ...odd] };
  }
  return { problems: [...unsigned, ...contentProblems(folder, files, statement), ...odd], statement };
}

function signatureProblems({ payloadType, payload, signatures }: Envelope, publicKey: KeyObject): string[] {
  const expected = keyIdOf(publicKey);
  const others = signatures.filter(({ keyid }) => keyid !== expected);
  if (others.length > 0) {
    return others.map(({ keyid }) => `${manifestFile}: was signed with the key ${keyid}, expected ${expected}`);
  }
  const bytes = signedBytes(payloadType, payload);
  return signatures.every(({ sig }) => signatureHolds(publicKey, bytes, sig))
    ? []
    : [`${manifestFile}: was changed after it was signed`];
}

function statementIn({ payloadType, payload }: Envelope): Statement | undefined {
  if (payloadType !== statementType) return undefined;
  try {
    return statementSchema.parse(JSON.parse(Buffer.from(payload).toString("utf8")));
  } catch {
    return undefined;
  }
}

function contentProblems(folder: string, files: readonly string[], { subject }: Statement): string[] {
  const named = new Set(subject.map(({ name }) => name));
  const changed = subject.flatMap(({ name, digest }) => {
    if (!files.includes(name)) return [`${name}: is missing`];
    return sha256(readFileSync(join(folder, name))) === digest.sha256 ? [] : [`${name}: was changed`];
  });
  const added = files.filter((name) => name !== manifestFile && !named.has(name)).map((name) => `${name}: was added`);
  return [...changed, ...added];
}
