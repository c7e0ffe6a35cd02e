import { canonicalName, relationName, strings } from "./relation-name.ts";
import type { Statement } from "./statement.ts";
import { tableCommands } from "./table-commands.ts";

/** ALTER TABLE commands that let reads and writes go on. */
const gentle = new Set([
  ...["AT_ValidateConstraint", "AT_SetStatistics", "AT_SetOptions", "AT_ResetOptions", "AT_SetRelOptions"],
  ...["AT_ResetRelOptions", "AT_ClusterOn", "AT_DropCluster", "AT_AttachPartition"],
]);

/** Tables on which a statement takes a lock, kept until its transaction ends, that stops writers or everybody. */
export function strongLocks(statement: Statement): string[] {
  const { node, schema } = statement;
  const own = tableCommands(statement).filter(({ command }) => !gentle.has(command.subtype ?? ""));
  if (own.length > 0) return [...new Set(own.map(({ table }) => table))];
  if ("RenameStmt" in node && node.RenameStmt.relation && node.RenameStmt.relationType !== "OBJECT_INDEX")
    return [relationName(node.RenameStmt.relation, schema)];
  if ("IndexStmt" in node) return node.IndexStmt.concurrent ? [] : [relationName(node.IndexStmt.relation, schema)];
  if ("CreateTrigStmt" in node) return [relationName(node.CreateTrigStmt.relation, schema)];
  if ("CreatePolicyStmt" in node) return [relationName(node.CreatePolicyStmt.table, schema)];
  if ("TruncateStmt" in node || "LockStmt" in node) {
    const relations = "TruncateStmt" in node ? node.TruncateStmt.relations : node.LockStmt.relations;
    return (relations ?? []).flatMap((relation) =>
      "RangeVar" in relation ? [relationName(relation.RangeVar, schema)] : [],
    );
  }
  if ("DropStmt" in node && node.DropStmt.removeType === "OBJECT_TABLE")
    return (node.DropStmt.objects ?? []).flatMap((object) =>
      "List" in object ? [canonicalName(strings(object.List.items), schema)] : [],
    );
  return [];
}
