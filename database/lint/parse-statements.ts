import { hasSqlDetails, type Node, parsePlPgSQLSync, parseSync, type RawStmt } from "libpg-query";
import { SourceText } from "./source-text.ts";
import type { Statement } from "./statement.ts";

/** Text that Postgres does not understand. */
export class SqlSyntaxError extends Error {
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The whole line. */
  readonly found: string;

  constructor(message: string, sql: string, position: number) {
    super(message);
    this.name = "SqlSyntaxError";
    const before = [...sql].slice(0, position).join("").split("\n");
    this.line = before.length;
    this.column = (before.at(-1)?.length ?? 0) + 1;
    this.found = sql.split("\n")[this.line - 1]?.trim() ?? "";
  }
}

/**
 * The statements of a migration in order, those of DO blocks after the block itself, each with the transaction it runs in.
 * The parser's module must have been loaded.
 * @throws {SqlSyntaxError}
 */
export function parseStatements(sql: string, wrapped: boolean): Statement[] {
  const source = new SourceText(sql);
  const statements: Statement[] = [];
  let block = 0;
  let open = wrapped;
  let schema = "public";
  for (const raw of parse(sql)) {
    if (!raw.stmt) continue;
    const kind = "TransactionStmt" in raw.stmt ? raw.stmt.TransactionStmt.kind : undefined;
    if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START") open = true;
    schema = searchPathOf(raw.stmt) ?? schema;
    const statement = place(raw, raw.stmt, source, open ? block : undefined, schema);
    statements.push(statement, ...insideDo(statement, () => ++block));
    if (kind === "TRANS_STMT_COMMIT" || kind === "TRANS_STMT_ROLLBACK") {
      open = false;
      block++;
    }
  }
  return statements;
}

function parse(sql: string): RawStmt[] {
  try {
    return parseSync(sql).stmts ?? [];
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    throw new SqlSyntaxError(error.message, sql, Math.max(0, error.sqlDetails?.cursorPosition ?? 0));
  }
}

function place(raw: RawStmt, node: Node, source: SourceText, transaction: number | undefined, schema: string) {
  const from = raw.stmt_location ?? 0;
  const to = raw.stmt_len ? from + raw.stmt_len : source.length;
  const tokens = source.tokens(from, to);
  const start = tokens[0]?.start ?? from;
  const last = tokens.findLast((token) => token.text !== ";");
  const end = last?.end ?? to;
  return { node, source, start, end, line: source.lineAt(start), text: source.slice(start, end), transaction, schema };
}

function searchPathOf(node: Node): string | undefined {
  if (!("VariableSetStmt" in node) || node.VariableSetStmt.name !== "search_path") return undefined;
  const first = node.VariableSetStmt.args?.[0];
  return first && "A_Const" in first ? first.A_Const.sval?.sval : "public";
}

/** What a DO block runs as plain statements; without an open transaction the block is one of its own. */
function insideDo(block: Statement, ownTransaction: () => number): Statement[] {
  if (!("DoStmt" in block.node)) return [];
  const body = block.node.DoStmt.args?.flatMap((arg) =>
    "DefElem" in arg && arg.DefElem.defname === "as" ? [arg.DefElem] : [],
  )[0];
  const bodyLine = block.source.lineAt(body?.location ?? block.start);
  const transaction = block.transaction ?? ownTransaction();
  return plpgsqlStatements(block.text).flatMap(({ query, line }) => {
    const source = new SourceText(query, bodyLine + line - 1);
    return parse(query).flatMap((raw) => (raw.stmt ? [place(raw, raw.stmt, source, transaction, block.schema)] : []));
  });
}

function plpgsqlStatements(text: string): { query: string; line: number }[] {
  try {
    const found: { query: string; line: number }[] = [];
    collectQueries(parsePlPgSQLSync(text), found);
    return found;
  } catch {
    // Another language than PL/pgSQL: rule `unchecked-code` says that nobody looked inside.
    return [];
  }
}

interface ExecSql {
  lineno?: number;
  sqlstmt?: { PLpgSQL_expr?: { query?: string } };
}

function collectQueries(tree: unknown, found: { query: string; line: number }[]): void {
  if (typeof tree !== "object" || tree === null) return;
  for (const [key, value] of Object.entries(tree)) {
    if (key === "PLpgSQL_stmt_execsql") {
      const { lineno, sqlstmt }: ExecSql = value;
      const query = sqlstmt?.PLpgSQL_expr?.query;
      if (query !== undefined) found.push({ query, line: lineno ?? 1 });
    } else collectQueries(value, found);
  }
}
