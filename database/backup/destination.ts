import { BackupFailed } from "./backup-failed.ts";

/**
 * Where backups are kept: a store of named files of at most some 16 MiB. Everything it gets is encrypted already, but for the manifest.
 * Paths are made of `a-z`, `A-Z`, `0-9`, `.`, `_`, `-` and `/`.
 */
export interface Destination {
  /** For messages, e.g. a path or `R2 bucket backups`; never a secret. */
  readonly description: string;
  /** The file exists whole afterwards, or not at all. */
  put(path: string, content: Uint8Array, signal?: AbortSignal): Promise<void>;
  /** @returns undefined where there is no such file. */
  get(path: string, signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /** @param folder ends in a slash; files of all depths below it. */
  list(folder: string, signal?: AbortSignal): Promise<StoredFile[]>;
  /** A file that is not there is removed already. */
  remove(path: string): Promise<void>;
}

export interface StoredFile {
  path: string;
  bytes: number;
}

/** Whatever a destination throws, as something to act on. */
export function destinationError(error: unknown, { description }: Destination, path: string): unknown {
  if (error instanceof BackupFailed || !(error instanceof Error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new BackupFailed("destination-full", `${description} is full (${code} at ${path}).`, {
      remedy: "Make room (older backups are removed by pruning), then start again. Nothing of this backup was kept.",
    });
  }
  if (code === undefined) return error;
  return new BackupFailed("destination", `${description} failed at ${path}: ${code}.`, {
    remedy: "Check that it exists and may be read and written, then start again.",
  });
}
