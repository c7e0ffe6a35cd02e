import type { DatabaseError } from "pg";
import { MigrationError } from "./problem.ts";
import { firstWords, type ParsedMigration, type Statement } from "./statements.ts";

/** How far a run came before it ended. */
export interface Reached {
  /** Names of the migrations that this run applied. */
  applied: readonly string[];
  /** Those it was to apply and did not, the failed one first. */
  notApplied: readonly string[];
}

/** Postgres refused a statement. Its transaction was rolled back; what came before it stays, and the next run goes on from there. */
export class MigrationFailed extends MigrationError {
  override name = "MigrationFailed";
  readonly file: string;
  /** Line in the file, from 1; undefined for the commit. */
  readonly line: number | undefined;
  /** Shortened; without what may be a password. */
  readonly statement: string | undefined;
  /** SQLSTATE, https://www.postgresql.org/docs/18/errcodes-appendix.html */
  readonly code: string | undefined;
  readonly hint: string | undefined;
  readonly reached: Reached;
  constructor(
    migration: ParsedMigration,
    statement: Statement | undefined,
    error: DatabaseError,
    remedy: string | undefined,
    reached: Reached,
  ) {
    const line = statement && lineOf(statement, error);
    // Postgres' `detail` is left out: it quotes rows.
    const parts = [
      `${migration.file}${line === undefined ? "" : `:${line}`} failed: ${error.message} (${error.code ?? "no code"})`,
      statement ? `  statement: ${shown(statement)}` : "  at the commit of the whole file",
      error.hint && `  hint: ${error.hint}`,
      ...describeReached(reached),
      migration.transaction
        ? `  Nothing of ${migration.file} was kept; the next run begins with it.`
        : `  ${migration.file} runs outside a transaction: its statements before this one were kept; the next run begins with this one.`,
      remedy && `  remedy: ${remedy}`,
    ];
    super(parts.filter(Boolean).join("\n"));
    this.file = migration.file;
    this.line = line;
    this.statement = statement && shown(statement);
    this.code = error.code;
    this.hint = error.hint;
    this.reached = reached;
  }
}

/** A runner died in a migration outside a transaction, and nothing tells whether its last statement happened. */
export class MigrationInDoubt extends MigrationError {
  override name = "MigrationInDoubt";
  readonly file: string;
  readonly line: number;
  readonly reached: Reached;
  constructor({ file, name }: ParsedMigration, statement: Statement, reached: Reached) {
    const { line } = statement;
    super(
      [
        `${file}:${line} is half applied: a run died in this statement, outside a transaction, and it is not known whether it happened.`,
        `  statement: ${shown(statement)}`,
        ...describeReached(reached),
        `  remedy: look at the database, then say whether it happened: chittyops db settle <database> ${name} done (or again)`,
      ].join("\n"),
    );
    this.file = file;
    this.line = line;
    this.reached = reached;
  }
}

/** The connection was lost again and again. */
export class MigrationInterrupted extends MigrationError {
  override name = "MigrationInterrupted";
  readonly reached: Reached;
  constructor(times: number, reason: string, reached: Reached) {
    super(
      [
        `The connection was lost ${times} times without getting further: ${reason}`,
        ...describeReached(reached),
        "  remedy: run again when the database can be reached; what was committed is looked up first, and nothing is applied twice",
      ].join("\n"),
    );
    this.reached = reached;
  }
}

function describeReached({ applied, notApplied }: Reached): string[] {
  return [
    `  applied by this run: ${applied.join(", ") || "nothing"}`,
    `  not applied: ${notApplied.join(", ") || "nothing"}`,
  ];
}

/** Postgres gives the position in characters from 1, for those errors that have one. */
function lineOf({ text, line }: Statement, { position }: DatabaseError): number {
  const before = Array.from(text).slice(0, Math.max(0, Number(position ?? 1) - 1));
  return line + before.filter((sign) => sign === "\n").length;
}

function shown({ node, text }: Statement): string {
  // These may hold a password.
  if ("CreateRoleStmt" in node || "AlterRoleStmt" in node) return `${firstWords(text)} …`;
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 200 ? `${line.slice(0, 200)} …` : line;
}
