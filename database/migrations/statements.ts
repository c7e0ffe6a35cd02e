import { hasSqlDetails, loadModule, type Node, parseSync } from "libpg-query";
import type { Migration, MigrationFolder } from "./migration.ts";
import type { MigrationProblem } from "./problem.ts";

/** One statement of a migration, as Postgres' own parser sees it. */
export interface Statement {
  /** Without the semicolon. */
  text: string;
  /** Where it begins in its file, from 1. */
  line: number;
  node: Node;
}

export interface ParsedMigration extends Migration {
  statements: readonly Statement[];
}

/** Parses with the grammar of Postgres 18 (libpg-query); what cannot be run as a migration comes back as problems. */
export async function parseMigrations(
  migrations: readonly Migration[],
  kind: MigrationFolder["kind"],
): Promise<{ parsed: ParsedMigration[]; problems: MigrationProblem[] }> {
  await loadModule();
  const problems: MigrationProblem[] = [];
  const parsed = migrations.map((migration) => {
    const { file, sql } = migration;
    // Drizzle sends each part on its own, so the last statement of a part may lack its semicolon.
    const parts = kind === "drizzle" ? sql.split("--> statement-breakpoint") : [sql];
    let line = 1;
    const statements = parts.flatMap((part) => {
      const first = line;
      line += lines(part);
      return split(part, first, file, problems);
    });
    if (statements.length === 0 && !problems.some((problem) => problem.file === file))
      problems.push({
        file,
        found: "no statement",
        expected: "at least one statement",
        remedy: "write it, or remove the file",
      });
    problems.push(...statements.flatMap((statement) => misfits(statement, migration)));
    return { ...migration, statements };
  });
  return { parsed, problems };
}

function split(sql: string, firstLine: number, file: string, problems: MigrationProblem[]): Statement[] {
  if (sql.trim() === "") return [];
  const bytes = Buffer.from(sql);
  try {
    return (parseSync(sql).stmts ?? []).flatMap(({ stmt, stmt_location: start = 0, stmt_len: length }) => {
      if (stmt === undefined) return [];
      // Postgres counts bytes; a length of zero means "to the end".
      const text = bytes.subarray(start, length ? start + length : undefined).toString();
      return [{ text, line: firstLine + lines(bytes.subarray(0, start).toString()), node: stmt }];
    });
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    problems.push({
      file,
      line:
        firstLine +
        lines(
          Array.from(sql)
            .slice(0, error.sqlDetails?.cursorPosition ?? 0)
            .join(""),
        ),
      found: error.message,
      expected: "SQL that Postgres 18 understands (nothing of psql, such as \\connect)",
      remedy: "correct the statement",
    });
    return [];
  }
}

/** What would break the promise of one transaction for each file, or of one lock for each run. */
function misfits({ node, line, text }: Statement, { file, transaction }: Migration): MigrationProblem[] {
  if ("TransactionStmt" in node)
    return [
      {
        file,
        line,
        found: `\`${firstWords(text)}\``,
        expected: "no control of transactions: each file is one transaction already",
        remedy: "remove the statement; put what needs a transaction of its own in a file of its own",
      },
    ];
  if ("DiscardStmt" in node && node.DiscardStmt.target === "DISCARD_ALL")
    return [
      { file, line, found: "`DISCARD ALL`", expected: "nothing that frees the lock of the run", remedy: "remove it" },
    ];
  if (!transaction && "VariableSetStmt" in node)
    return [
      {
        file,
        line,
        found: `\`${firstWords(text)}\` in a file outside a transaction`,
        expected: "statements that stand alone: a run that goes on after a crash begins in the middle of the file",
        remedy: "remove it; set it for the role or the database instead, or qualify names with their schema",
      },
    ];
  if (transaction && needsNoTransaction(node))
    return [
      {
        file,
        line,
        found: `\`${firstWords(text)}\`, which Postgres refuses in a transaction`,
        expected: "a file that runs outside a transaction",
        remedy: "put it in a file of its own whose first line is\n      -- chittyops: transaction=off",
      },
    ];
  return [];
}

/** Whether it waits for other transactions instead of holding them up: no lock timeout may end it. */
export function isConcurrent(node: Node): boolean {
  if ("IndexStmt" in node) return node.IndexStmt.concurrent === true;
  if ("DropStmt" in node) return node.DropStmt.concurrent === true;
  if ("RefreshMatViewStmt" in node) return node.RefreshMatViewStmt.concurrent === true;
  if ("AlterTableStmt" in node)
    return (node.AlterTableStmt.cmds ?? []).some((cmd) => {
      const partition = "AlterTableCmd" in cmd ? cmd.AlterTableCmd.def : undefined;
      return partition !== undefined && "PartitionCmd" in partition && partition.PartitionCmd.concurrent === true;
    });
  if ("ReindexStmt" in node)
    return (node.ReindexStmt.params ?? []).some(
      (param) => "DefElem" in param && param.DefElem.defname === "concurrently",
    );
  return false;
}

function needsNoTransaction(node: Node): boolean {
  if ("RefreshMatViewStmt" in node) return false;
  if ("VacuumStmt" in node) return node.VacuumStmt.is_vacuumcmd === true;
  return isConcurrent(node) || "CreatedbStmt" in node || "DropdbStmt" in node || "AlterSystemStmt" in node;
}

/** `CREATE INDEX CONCURRENTLY`: the words with which a statement begins, until a name or a sign. */
export function firstWords(text: string): string {
  const words = /^(?:[A-Za-z]+\s+){0,2}[A-Za-z]+/.exec(text)?.[0] ?? "statement";
  return words.toUpperCase().replaceAll(/\s+/g, " ");
}

function lines(text: string): number {
  return text.split("\n").length - 1;
}
