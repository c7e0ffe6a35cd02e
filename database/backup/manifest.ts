import { sign, verify } from "node:crypto";
import { z } from "zod";
import { BackupFailed } from "./backup-failed.ts";
import { readSigningKey, readVerificationKey, signerFingerprint } from "./backup-keys.ts";

const digest = z.object({ bytes: z.number().int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** An encrypted file: its pieces in order, each with the digest of its encrypted bytes. */
const sealedFile = z.object({ pieces: z.array(digest.extend({ path: z.string() })).min(1) });

/**
 * What a backup is, for everybody: it is not encrypted, so that a backup can be listed, checked and removed without the key that opens it. It names
 * nothing of what is inside; names of tables, their checksums (which would confirm a guess) and the migrations' SQL are in the encrypted contents.
 */
const manifest = z.object({
  format: z.literal("chittyops-backup"),
  version: z.literal(1),
  /** Folder below the name, begins with the time it was started. */
  id: z.string(),
  /** What the caller calls the database, e.g. `prod/chittyfinance`. */
  name: z.string(),
  server: z.object({ version: z.string(), encoding: z.string() }),
  /** Everything committed until then is in the backup; by the database's clock. */
  recoveryPoint: z.iso.datetime(),
  /** Write-ahead log position at the snapshot, e.g. `0/1A2B3C4`. */
  lsn: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** Bytes before compression, and as stored. */
  totals: z.object({ tables: z.number(), rows: z.number(), bytes: z.number(), storedBytes: z.number() }),
  /** How many things the migrations did not make; they are listed in the contents. */
  outside: z.number(),
  /** Fingerprints of whom it is encrypted to. */
  recipients: z.array(z.string()),
  signedBy: z.string(),
  contents: sealedFile,
  /** By their names in the contents, `t0001` and so on. */
  files: z.record(z.string(), sealedFile),
});
export type Manifest = z.infer<typeof manifest>;
export type SealedFile = z.infer<typeof sealedFile>;

/** What was written last makes a backup exist. The signature, written just before, is over the manifest's bytes. */
export const manifestFile = "manifest.json";
export const signatureFile = "manifest.sig";

export function signManifest(
  unsigned: Omit<Manifest, "signedBy">,
  signingKey: string,
): { content: Buffer; signature: Buffer } {
  const key = readSigningKey(signingKey);
  const signed: Manifest = { ...unsigned, signedBy: signerFingerprint(key) };
  const content = Buffer.from(`${JSON.stringify(signed, null, 2)}\n`);
  return { content, signature: sign(null, content, key) };
}

/** @throws BackupFailed `wrong-signer`, `altered-manifest`, `swapped`. */
export function openManifest(
  { content, signature }: { content: Uint8Array; signature: Uint8Array },
  { name, id, verificationKeys }: { name: string; id: string; verificationKeys: readonly string[] },
): Manifest {
  const keys = verificationKeys.map(readVerificationKey);
  const what = `The manifest of ${name}/${id}`;
  if (!keys.some((key) => verify(null, content, key, signature))) {
    const signedBy = claimedSigner(content);
    const known = keys.map(signerFingerprint);
    if (signedBy !== undefined && !known.includes(signedBy)) {
      throw new BackupFailed("wrong-signer", `${what} was signed by ${signedBy}.`, {
        expected: `a signature by ${known.join(" or ")}`,
        remedy:
          "Give the verification key that belongs to it, if you know where it comes from; otherwise do not restore it.",
      });
    }
    throw new BackupFailed(
      "altered-manifest",
      `${what} is not what was signed: it is damaged, or somebody changed it.`,
      {
        remedy: "Use another backup, and find out who can write to the destination.",
      },
    );
  }
  const read = manifest.safeParse(JSON.parse(Buffer.from(content).toString("utf8")));
  if (!read.success) {
    throw new BackupFailed("altered-manifest", `${what} is of a form that this version does not read.`, {
      expected: "format chittyops-backup, version 1",
      remedy: "Use the version of chittyops that made it.",
    });
  }
  if (read.data.name !== name || read.data.id !== id) {
    throw new BackupFailed("swapped", `${what} belongs to ${read.data.name}/${read.data.id}.`, {
      remedy: "Somebody moved or renamed it: put it back, or use another backup.",
    });
  }
  return read.data;
}

/** Only for the message: what an unverified manifest says of itself. */
function claimedSigner(content: Uint8Array): string | undefined {
  try {
    const { signedBy } = JSON.parse(Buffer.from(content).toString("utf8"));
    return typeof signedBy === "string" && /^[0-9a-f]{16}$/.test(signedBy) ? signedBy : undefined;
  } catch {
    return undefined;
  }
}
