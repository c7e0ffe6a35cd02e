import type { AlterTableCmd, ScanToken } from "libpg-query";
import { relationName, sqlName } from "./relation-name.ts";
import type { Statement } from "./statement.ts";

/** One comma-separated part of an ALTER TABLE. */
export interface TableCommand {
  statement: Statement;
  command: AlterTableCmd;
  /** Canonical name of the table. */
  table: string;
  /** Its name to write into SQL. */
  sql: string;
  /** The command's own text, e.g. `ADD COLUMN note text`, and where it lies in the statement's source. */
  text: string;
  start: number;
  end: number;
}

export function tableCommands(statement: Statement): TableCommand[] {
  if (!("AlterTableStmt" in statement.node)) return [];
  const { relation, cmds = [], objtype } = statement.node.AlterTableStmt;
  if (objtype !== "OBJECT_TABLE") return [];
  const ranges = commandRanges(statement, relation?.location ?? statement.start);
  const table = relationName(relation, statement.schema);
  return cmds.flatMap((node, index) => {
    if (!("AlterTableCmd" in node)) return [];
    const { start, end } = ranges[index] ?? statement;
    const text = statement.source.slice(start, end);
    return [{ statement, command: node.AlterTableCmd, table, sql: sqlName(relation), text, start, end }];
  });
}

/** Where the commands lie after the table's name, split at the commas outside of parentheses. */
function commandRanges(statement: Statement, relationAt: number): { start: number; end: number }[] {
  const tokens = statement.source.tokens(relationAt, statement.end);
  let first = 1;
  while (tokens[first]?.text === ".") first += 2;
  if (tokens[first]?.text === "*") first++;
  const parts: ScanToken[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(first)) {
    if (token.text === "(" || token.text === "[") depth++;
    if (token.text === ")" || token.text === "]") depth--;
    if (token.text === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.map((part) => ({ start: part[0]?.start ?? 0, end: part.at(-1)?.end ?? 0 }));
}
