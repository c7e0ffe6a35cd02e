import type { Node, ObjectType, RangeVar } from "libpg-query";
import type { Migration } from "./migration.ts";
import type { MigrationProblem } from "./problem.ts";
import { firstWords, type ParsedMigration, parseMigrations, type Statement } from "./statements.ts";

/** What a migration does, in one line for people: `creates table invoices; adds column due_at to invoices`. */
export async function describe(migration: Migration): Promise<string> {
  const { parsed, problems } = await parseMigrations([migration], migration.drizzle ? "drizzle" : "sql");
  return parsed.map((one) => describeParsed(one, problems)).join();
}

/** @param problems those of parsing it: a file that does not parse says so */
export function describeParsed({ file, statements }: ParsedMigration, problems: readonly MigrationProblem[]): string {
  if (statements.length === 0)
    return `cannot be read: ${problems.find((problem) => problem.file === file)?.found ?? "no statement"}`;
  const parts = [...new Set(statements.flatMap(describeStatement))];
  const shown = parts.slice(0, 6);
  return [...shown, ...(parts.length > shown.length ? [`and ${parts.length - shown.length} more`] : [])].join("; ");
}

function describeStatement({ node, text }: Statement): string[] {
  if ("AlterTableStmt" in node) {
    const { relation, cmds = [], objtype } = node.AlterTableStmt;
    const parts = cmds.flatMap((cmd) => alterTable(cmd, table(relation)) ?? []);
    return parts.length > 0 ? parts : [`alters ${kind(objtype)} ${table(relation)}`];
  }
  return [describeNode(node) ?? `runs ${firstWords(text)}`];
}

function describeNode(node: Node): string | undefined {
  if ("CreateStmt" in node) return `creates table ${table(node.CreateStmt.relation)}`;
  if ("CreateTableAsStmt" in node) {
    const { objtype, into } = node.CreateTableAsStmt;
    return `creates ${kind(objtype)} ${table(into?.rel)}`;
  }
  if ("IndexStmt" in node) {
    const { unique, idxname, relation, concurrent } = node.IndexStmt;
    const what = [unique && "unique", "index", idxname].filter(Boolean).join(" ");
    return `creates ${what} on ${table(relation)}${concurrent ? " concurrently" : ""}`;
  }
  if ("DropStmt" in node) {
    const { removeType, objects = [], concurrent } = node.DropStmt;
    return `drops ${kind(removeType)} ${objects.map(name).join(", ")}${concurrent ? " concurrently" : ""}`;
  }
  if ("RenameStmt" in node) {
    const { renameType, relation, object, subname, newname } = node.RenameStmt;
    const of = relation ? table(relation) : object ? name(object) : "";
    return renameType === "OBJECT_COLUMN" || renameType === "OBJECT_TABCONSTRAINT"
      ? `renames ${kind(renameType)} ${subname} of ${of} to ${newname}`
      : `renames ${kind(renameType)} ${of || subname} to ${newname}`;
  }
  if ("CreateSchemaStmt" in node) return `creates schema ${node.CreateSchemaStmt.schemaname ?? ""}`;
  if ("CreateExtensionStmt" in node) return `creates extension ${node.CreateExtensionStmt.extname}`;
  if ("CreateEnumStmt" in node) return `creates type ${dotted(node.CreateEnumStmt.typeName)}`;
  if ("CompositeTypeStmt" in node) return `creates type ${table(node.CompositeTypeStmt.typevar)}`;
  if ("CreateDomainStmt" in node) return `creates domain ${dotted(node.CreateDomainStmt.domainname)}`;
  if ("AlterEnumStmt" in node) {
    const { typeName, newVal, oldVal } = node.AlterEnumStmt;
    return oldVal === undefined
      ? `adds value ${newVal} to type ${dotted(typeName)}`
      : `renames value ${oldVal} of type ${dotted(typeName)} to ${newVal}`;
  }
  if ("CreateSeqStmt" in node) return `creates sequence ${table(node.CreateSeqStmt.sequence)}`;
  if ("ViewStmt" in node) return `${verb(node.ViewStmt.replace)} view ${table(node.ViewStmt.view)}`;
  if ("CreateFunctionStmt" in node) {
    const { replace, is_procedure, funcname } = node.CreateFunctionStmt;
    return `${verb(replace)} ${is_procedure ? "procedure" : "function"} ${dotted(funcname)}`;
  }
  if ("CreateTrigStmt" in node) {
    const { replace, trigname, relation } = node.CreateTrigStmt;
    return `${verb(replace)} trigger ${trigname} on ${table(relation)}`;
  }
  if ("CreatePolicyStmt" in node)
    return `creates policy ${node.CreatePolicyStmt.policy_name} on ${table(node.CreatePolicyStmt.table)}`;
  if ("InsertStmt" in node) return `inserts into ${table(node.InsertStmt.relation)}`;
  if ("UpdateStmt" in node) return `updates rows of ${table(node.UpdateStmt.relation)}`;
  if ("DeleteStmt" in node) return `deletes rows of ${table(node.DeleteStmt.relation)}`;
  if ("TruncateStmt" in node) return `empties ${(node.TruncateStmt.relations ?? []).map(name).join(", ")}`;
  if ("GrantStmt" in node) {
    const { is_grant, objects = [], objtype } = node.GrantStmt;
    return `${is_grant ? "grants" : "revokes"} rights on ${kind(objtype)} ${objects.map(name).join(", ")}`.trimEnd();
  }
  if ("CommentStmt" in node)
    return `comments on ${kind(node.CommentStmt.objtype)} ${name(node.CommentStmt.object)}`.trimEnd();
  if ("DoStmt" in node) return "runs a DO block";
  return undefined;
}

function alterTable(node: Node, of: string): string | undefined {
  if (!("AlterTableCmd" in node)) return undefined;
  const { subtype, name: subject = "", def } = node.AlterTableCmd;
  switch (subtype) {
    case "AT_AddColumn":
      return `adds column ${def && "ColumnDef" in def ? def.ColumnDef.colname : subject} to ${of}`;
    case "AT_DropColumn":
      return `drops column ${subject} of ${of}`;
    case "AT_AlterColumnType":
      return `changes the type of column ${subject} of ${of}`;
    case "AT_ColumnDefault":
      return `${def ? "sets" : "drops"} the default of column ${subject} of ${of}`;
    case "AT_SetNotNull":
      return `makes column ${subject} of ${of} not null`;
    case "AT_DropNotNull":
      return `lets column ${subject} of ${of} be null`;
    case "AT_AddConstraint":
      return `adds constraint ${(def && "Constraint" in def && def.Constraint.conname) || "without a name"} to ${of}`;
    case "AT_ValidateConstraint":
      return `validates constraint ${subject} of ${of}`;
    case "AT_DropConstraint":
      return `drops constraint ${subject} of ${of}`;
    case "AT_EnableRowSecurity":
      return `enables row level security on ${of}`;
    default:
      return undefined;
  }
}

function verb(replace: boolean | undefined): string {
  return replace ? "replaces" : "creates";
}

function kind(type: ObjectType | undefined): string {
  if (type === "OBJECT_MATVIEW") return "materialized view";
  if (type === "OBJECT_TABCONSTRAINT") return "constraint";
  return (type ?? "object").replace("OBJECT_", "").toLowerCase().replaceAll("_", " ");
}

function table(relation: RangeVar | undefined): string {
  return [relation?.schemaname, relation?.relname].filter(Boolean).join(".");
}

function dotted(names: readonly Node[] | undefined): string {
  return (names ?? []).map(name).join(".");
}

function name(node: Node | undefined): string {
  if (node === undefined) return "";
  if ("String" in node) return node.String.sval ?? "";
  if ("List" in node) return dotted(node.List.items);
  if ("RangeVar" in node) return table(node.RangeVar);
  if ("TypeName" in node) return dotted(node.TypeName.names);
  if ("ObjectWithArgs" in node) return dotted(node.ObjectWithArgs.objname);
  if ("RoleSpec" in node) return node.RoleSpec.rolename ?? "";
  return "";
}
