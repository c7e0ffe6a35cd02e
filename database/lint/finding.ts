/** `error`: the migration must not run as it is. `warning`: it may, and somebody should have read this. */
export type Severity = "error" | "warning";

/** One thing the linter found in a migration. */
export interface Finding {
  /** Name of the rule, as a waiver names it; see `README.md` for all of them. */
  rule: string;
  severity: Severity;
  /** Line of the migration's text, from 1. */
  line: number;
  /** The statement, without its semicolon; passwords are left out. */
  statement: string;
  /** What happens, to which table, of which size. */
  message: string;
  /** The safe form: SQL to paste, what needs words as SQL comments. */
  safe: string;
}
