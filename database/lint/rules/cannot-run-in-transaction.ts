import type { Node } from "libpg-query";
import type { Rule } from "../rule.ts";
import { outside } from "../safe-form.ts";

/** Statements that Postgres refuses inside a transaction. */
export const cannotRunInTransaction: Rule = {
  name: "cannot-run-in-transaction",
  check: (migration) =>
    migration.statements.flatMap((statement) => {
      const what = refused(statement.node);
      if (!what || statement.transaction === undefined) return [];
      const message = `${what} cannot run inside a transaction, and this one does.`;
      return [{ statement, severity: "error", message, safe: `${outside}\n${statement.text};` }];
    }),
};

function refused(node: Node): string | undefined {
  if ("IndexStmt" in node && node.IndexStmt.concurrent) return "CREATE INDEX CONCURRENTLY";
  if ("DropStmt" in node && node.DropStmt.concurrent) return "DROP INDEX CONCURRENTLY";
  if ("ReindexStmt" in node) {
    const { params, kind } = node.ReindexStmt;
    if (has(params, "concurrently")) return "REINDEX CONCURRENTLY";
    const many = kind !== "REINDEX_OBJECT_INDEX" && kind !== "REINDEX_OBJECT_TABLE";
    return many ? "REINDEX of a schema or database" : undefined;
  }
  if ("VacuumStmt" in node) return node.VacuumStmt.is_vacuumcmd ? "VACUUM" : undefined;
  if ("ClusterStmt" in node) return node.ClusterStmt.relation ? undefined : "CLUSTER of all tables";
  if ("CreatedbStmt" in node) return "CREATE DATABASE";
  if ("DropdbStmt" in node) return "DROP DATABASE";
  if ("CreateTableSpaceStmt" in node) return "CREATE TABLESPACE";
  if ("DropTableSpaceStmt" in node) return "DROP TABLESPACE";
  if ("AlterSystemStmt" in node) return "ALTER SYSTEM";
  if ("CreateSubscriptionStmt" in node) return "CREATE SUBSCRIPTION";
  const detaches = "AlterTableStmt" in node && node.AlterTableStmt.cmds?.some(detachesConcurrently);
  return detaches ? "DETACH PARTITION CONCURRENTLY" : undefined;
}

function detachesConcurrently(command: Node): boolean {
  if (!("AlterTableCmd" in command) || command.AlterTableCmd.subtype !== "AT_DetachPartition") return false;
  const { def } = command.AlterTableCmd;
  return def !== undefined && "PartitionCmd" in def && def.PartitionCmd.concurrent === true;
}

function has(options: Node[] | undefined, name: string): boolean {
  return (options ?? []).some((option) => "DefElem" in option && option.DefElem.defname === name);
}
