import { hash } from "node:crypto";

/** `expand` runs before the service's new version is deployed, `contract` after no old version can come back. */
export type Phase = "expand" | "contract";

/** `-- chittyops: allow <rule>: <reason>`: the author knows what the linter says and answers for it. */
export interface Waiver {
  rule: string;
  reason: string;
  line: number;
}

/** One migration as its file says it. */
export interface Migration {
  /** The order of a folder; with drizzle the `idx` of its journal. */
  number: number;
  /** File name without `.sql`; what the database remembers it by. */
  name: string;
  /** File name in the folder. */
  file: string;
  /** The text that is run: no byte order mark, lines end in LF. */
  sql: string;
  /** sha256 of `sql`, in hex. */
  checksum: string;
  phase: Phase;
  /** `false`: each statement runs alone, for what Postgres refuses in a transaction (CONCURRENTLY). */
  transaction: boolean;
  /** Numbers of contract migrations that this one may run before. */
  overtakes: readonly number[];
  waivers: readonly Waiver[];
  /** What drizzle's own table says of it when drizzle has applied it. */
  drizzle?: { when: number; hashes: () => readonly string[] };
}

export interface MigrationFolder {
  path: string;
  kind: "sql" | "drizzle";
  /** In the order in which they are applied. */
  migrations: readonly Migration[];
}

export function sha256(text: string): string {
  return hash("sha256", text);
}

/** As `0007` is written in a file name. */
export function fourDigits(number: number): string {
  return String(number).padStart(4, "0");
}
