import { createHash } from "node:crypto";
import { BackupFailed } from "./backup-failed.ts";
import { type Destination, destinationError } from "./destination.ts";
import { type Manifest, manifestFile, openManifest, type SealedFile, signatureFile } from "./manifest.ts";

/** A backup as it lies in its destination; its manifest is verified. */
export interface StoredBackup {
  destination: Destination;
  manifest: Manifest;
  /** `<name>/<id>` */
  folder: string;
}

/** @throws BackupFailed `unknown-backup` or what `openManifest` throws. */
export async function openStoredBackup(
  destination: Destination,
  wanted: { name: string; id: string; verificationKeys: readonly string[] },
  signal: AbortSignal,
): Promise<StoredBackup> {
  const folder = `${wanted.name}/${wanted.id}`;
  const content = await read(destination, `${folder}/${manifestFile}`, signal);
  if (!content) {
    throw new BackupFailed("unknown-backup", `${destination.description} has no backup ${folder}.`, {
      expected: "a folder with a manifest; one without was never finished",
      remedy: "List the backups, and name one of them.",
    });
  }
  const signature = (await read(destination, `${folder}/${signatureFile}`, signal)) ?? new Uint8Array();
  return { destination, manifest: openManifest({ content, signature }, wanted), folder };
}

/** Each piece in order, once it is known to be what the manifest says. @throws BackupFailed `missing`, `truncated`, `corrupted`, `swapped`. */
export async function* readPieces(
  backup: StoredBackup,
  file: SealedFile,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (const piece of file.pieces) yield await readPiece(backup, piece, signal);
}

export async function readPiece(
  { destination, manifest, folder }: StoredBackup,
  piece: SealedFile["pieces"][number],
  signal: AbortSignal,
): Promise<Uint8Array> {
  const path = `${folder}/${piece.path}`;
  const remedy = "Use another backup, and verify all of them: the destination loses or changes files.";
  const content = await read(destination, path, signal);
  if (!content) throw new BackupFailed("missing", `${path} is missing in ${destination.description}.`, { remedy });
  const sha256 = createHash("sha256").update(content).digest("hex");
  if (content.length === piece.bytes && sha256 === piece.sha256) return content;
  const other = [manifest.contents, ...Object.values(manifest.files)]
    .flatMap(({ pieces }) => pieces)
    .find((one) => one.sha256 === sha256);
  if (other) throw new BackupFailed("swapped", `${path} holds what belongs into ${other.path}.`, { remedy });
  const expected = `${piece.bytes} bytes with the SHA-256 ${piece.sha256}`;
  if (content.length < piece.bytes) {
    throw new BackupFailed("truncated", `${path} ends after ${content.length} bytes.`, { expected, remedy });
  }
  throw new BackupFailed("corrupted", `${path} has ${content.length} bytes with the SHA-256 ${sha256}.`, {
    expected,
    remedy,
  });
}

async function read(destination: Destination, path: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
  try {
    return await destination.get(path, signal);
  } catch (error) {
    throw destinationError(error, destination, path);
  }
}
