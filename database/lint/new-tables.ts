import { loadModule, type Node, type RangeVar } from "libpg-query";
import type { MigrationToLint } from "./migration-to-lint.ts";
import { parseStatements } from "./parse-statements.ts";
import { canonicalName, relationName } from "./relation-name.ts";
import type { Statement } from "./statement.ts";

/**
 * Names of the tables that a migration creates, to give as `newTables` with the pending migrations that follow it.
 * @throws {SqlSyntaxError}
 */
export async function newTablesOf(sql: string): Promise<string[]> {
  await loadModule();
  return [...newTablesIn(parseStatements(sql, false), {})];
}

/** Tables that nobody can be using: made here, or by an earlier pending migration. */
export function newTablesIn(
  statements: readonly Statement[],
  { newTables = [], database }: Pick<MigrationToLint, "newTables" | "database">,
): Set<string> {
  const found = new Set(newTables);
  for (const { node, schema } of statements) {
    const made = createdTable(node);
    if (made) {
      const name = relationName(made.relation, schema);
      if (!(made.unlessExists && database?.tables[name])) found.add(name);
    }
    if ("RenameStmt" in node && node.RenameStmt.renameType === "OBJECT_TABLE") {
      const { relation, newname = "" } = node.RenameStmt;
      if (found.has(relationName(relation, schema))) {
        found.add(canonicalName([relation?.schemaname ?? schema, newname]));
      }
    }
  }
  return found;
}

function createdTable(node: Node): { relation: RangeVar | undefined; unlessExists: boolean } | undefined {
  if ("CreateStmt" in node)
    return { relation: node.CreateStmt.relation, unlessExists: node.CreateStmt.if_not_exists === true };
  if ("CreateTableAsStmt" in node) {
    const { into, if_not_exists } = node.CreateTableAsStmt;
    return { relation: into?.rel, unlessExists: if_not_exists === true };
  }
  if ("SelectStmt" in node && node.SelectStmt.intoClause)
    return { relation: node.SelectStmt.intoClause.rel, unlessExists: false };
  return undefined;
}
