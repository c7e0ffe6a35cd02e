import type { Severity } from "./finding.ts";
import type { LintedMigration } from "./linted-migration.ts";
import type { Statement } from "./statement.ts";

/** What a rule has to say about one statement. */
export interface Problem {
  statement: Statement;
  severity: Severity;
  message: string;
  safe: string;
}

export interface Rule {
  /** What waivers call it. */
  name: string;
  check(migration: LintedMigration): Problem[];
}
