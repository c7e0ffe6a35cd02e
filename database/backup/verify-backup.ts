import { Writable } from "node:stream";
import type { Decrypter } from "age-encryption";
import { aborted, BackupFailed, type BackupFailure } from "./backup-failed.ts";
import { decrypterFor, type Identity } from "./backup-keys.ts";
import { label } from "./catalog.ts";
import type { Contents, TableRecord } from "./contents.ts";
import type { Destination } from "./destination.ts";
import type { Manifest, SealedFile } from "./manifest.ts";
import { readContents } from "./read-contents.ts";
import { unseal } from "./sealed-file.ts";
import { openStoredBackup, readPiece, type StoredBackup } from "./stored-backup.ts";

export interface VerifyBackupOptions {
  destination: Destination;
  name: string;
  id: string;
  verificationKeys: readonly string[];
  /** With them, everything is also decrypted and compared with what the database gave; without, only what is stored is compared. */
  identities?: readonly Identity[];
  signal?: AbortSignal;
}

export interface VerifiedBackup {
  /** Absent where the manifest itself is bad. */
  manifest?: Manifest;
  /** All that were found; none: the backup is good. */
  problems: BackupFailed[];
}

const faultsOfTheBackup = new Set<BackupFailure>([
  "altered-manifest",
  "corrupted",
  "missing",
  "not-equal",
  "swapped",
  "truncated",
  "unknown-backup",
  "wrong-key",
  "wrong-signer",
]);

/**
 * Reads a backup without a database. What is wrong with the backup is returned.
 * @throws BackupFailed where the destination or a key service does not answer, or a key cannot be read.
 */
export async function verifyBackup(options: VerifyBackupOptions): Promise<VerifiedBackup> {
  const { destination, identities, signal = new AbortController().signal } = options;
  const decrypter = identities && decrypterFor(identities);
  const problems: BackupFailed[] = [];
  const note = (error: unknown) => {
    if (signal.aborted) throw aborted("The verification");
    if (!(error instanceof BackupFailed) || !faultsOfTheBackup.has(error.reason)) throw error;
    problems.push(error);
  };

  const backup = await openStoredBackup(destination, options, signal).catch(note);
  if (!backup) return { problems };
  const { manifest } = backup;

  /** Reads all pieces once, whatever `look` (which decrypts them) makes of the first ones. */
  const check = async (file: SealedFile, look: (pieces: AsyncGenerator<Uint8Array>) => Promise<void>) => {
    const left = [...file.pieces];
    const next = async () => {
      const piece = left.shift();
      return piece && readPiece(backup, piece, signal);
    };
    async function* pieces() {
      for (let piece = await next(); piece; piece = await next()) yield piece;
    }
    await look(pieces()).catch(note);
    while (left.length > 0) await next().catch(note);
  };

  let contents: Contents | undefined;
  await check(manifest.contents, async (pieces) => {
    if (decrypter) contents = await readContents(backup, pieces, decrypter, signal);
  });
  for (const [name, file] of Object.entries(manifest.files)) {
    const table = contents?.tables.find((one) => one.file === name);
    await check(file, async (pieces) => {
      if (decrypter && table) await lookInside(backup, table, { pieces, decrypter, signal });
    });
  }
  return { manifest, problems };
}

async function lookInside(
  backup: StoredBackup,
  table: TableRecord,
  { pieces, decrypter, signal }: { pieces: AsyncIterable<Uint8Array>; decrypter: Decrypter; signal: AbortSignal },
): Promise<void> {
  let rows = 0;
  // COPY writes a line for each row, and every line break inside of one as two characters.
  const into = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows++;
      done();
    },
  });
  const what = `${label(table)} in ${backup.folder}`;
  const made = { what, recipients: backup.manifest.recipients };
  const { bytes, sha256 } = await unseal(pieces, decrypter, { into, made, signal });
  if (rows === table.rows && bytes === table.bytes && sha256 === table.sha256) return;
  throw new BackupFailed("not-equal", `${what} has ${rows} rows in ${bytes} bytes with the SHA-256 ${sha256}.`, {
    expected: `${table.rows} rows in ${table.bytes} bytes with the SHA-256 ${table.sha256}, as they came from Postgres`,
    remedy: "It was made by somebody else with your signing key, or by a faulty version: use another backup.",
  });
}
