export type BackupFailure =
  | "aborted"
  | "altered-manifest"
  | "connection-lost"
  | "corrupted"
  | "database"
  | "destination"
  | "destination-full"
  | "invalid-argument"
  | "key-service"
  | "locked"
  | "missing"
  | "not-allowed"
  | "not-empty"
  | "not-equal"
  | "refused-data"
  | "schema-changed"
  | "schema-differs"
  | "swapped"
  | "truncated"
  | "unknown-backup"
  | "wrong-key"
  | "wrong-signer";

/**
 * Something of a backup that went wrong in a way somebody can put right. Holds names of tables and files, never a row, a key or a connection URI,
 * and no `cause`, since Postgres repeats rows in its details.
 */
export class BackupFailed extends Error {
  override name = "BackupFailed";
  readonly reason: BackupFailure;
  readonly found: string;
  readonly expected: string | undefined;
  readonly remedy: string;
  constructor(reason: BackupFailure, found: string, { expected, remedy }: { expected?: string; remedy: string }) {
    super([found, ...(expected === undefined ? [] : [`Expected: ${expected}`]), remedy].join("\n"));
    this.reason = reason;
    this.found = found;
    this.expected = expected;
    this.remedy = remedy;
  }
}

export function aborted(doing: string): BackupFailed {
  return new BackupFailed("aborted", `${doing} was given up before it was finished.`, {
    remedy: "Start it again; what it had written was removed, or is ignored.",
  });
}
