import type { Node } from "libpg-query";
import type { LintedMigration } from "../linted-migration.ts";
import { canonicalName, quoted, relationName, sqlName, strings } from "../relation-name.ts";
import type { Problem, Rule } from "../rule.ts";
import type { Statement } from "../statement.ts";
import { isStillRead } from "../still-read.ts";

/** Dropping, renaming or moving what code that is live may still use. In the contract phase nothing old is live. */
export const breaksReaders: Rule = {
  name: "breaks-readers",
  check: (migration) => [
    ...migration.commands.flatMap(({ command, statement, table, sql }) =>
      command.subtype === "AT_DropColumn"
        ? problem(migration, statement, {
            what: "Dropping the column",
            name: table,
            column: command.name,
            safe: contract(`ALTER TABLE ${sql} DROP COLUMN ${quoted(command.name ?? "")};`),
          })
        : [],
    ),
    ...migration.statements.flatMap((statement) => [
      ...dropped(statement).flatMap((name) =>
        replacedLater(migration, statement, name)
          ? []
          : problem(migration, statement, { what: "Dropping", name, safe: contract(`${statement.text};`) }),
      ),
      ...renamed(migration, statement),
    ]),
  ],
};

interface Change {
  what: string;
  name: string;
  column?: string | undefined;
  safe: string;
}

function problem(migration: LintedMigration, statement: Statement, { what, name, column, safe }: Change): Problem[] {
  const reader = isStillRead(migration, name, column);
  if (!reader) return [];
  const full = column === undefined ? name : `${name}.${column}`;
  return [{ statement, severity: "error", message: `${what} ${full} breaks ${reader}.`, safe }];
}

function contract(sql: string): string {
  return `-- in a contract migration, when no version that uses it is live or can come back:\n${sql}`;
}

const readable = new Set([
  ...["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE", "OBJECT_TYPE"],
  ...["OBJECT_DOMAIN", "OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE", "OBJECT_SCHEMA"],
  ...["OBJECT_COLUMN", "OBJECT_ATTRIBUTE", "OBJECT_EXTENSION"],
]);

function dropped({ node, schema }: Statement): string[] {
  if (!("DropStmt" in node) || !readable.has(node.DropStmt.removeType ?? "")) return [];
  const inSchema = node.DropStmt.removeType !== "OBJECT_SCHEMA" && node.DropStmt.removeType !== "OBJECT_EXTENSION";
  return (node.DropStmt.objects ?? []).map((object) => objectName(object, inSchema ? schema : "public"));
}

function objectName(object: Node, schema: string): string {
  if ("List" in object) return canonicalName(strings(object.List.items), schema);
  if ("TypeName" in object) return canonicalName(strings(object.TypeName.names), schema);
  if ("ObjectWithArgs" in object) return canonicalName(strings(object.ObjectWithArgs.objname), schema);
  return "String" in object ? (object.String.sval ?? "") : "";
}

/** A view or function that the same transaction makes again under its name is never missed. */
function replacedLater(migration: LintedMigration, statement: Statement, name: string): boolean {
  if (statement.transaction === undefined) return false;
  const after = migration.statements.slice(migration.statements.indexOf(statement) + 1);
  return after.some(
    ({ node, schema, transaction }) => transaction === statement.transaction && created(node, schema) === name,
  );
}

function created(node: Node, schema: string): string | undefined {
  if ("ViewStmt" in node) return relationName(node.ViewStmt.view, schema);
  if ("CreateTableAsStmt" in node) return relationName(node.CreateTableAsStmt.into?.rel, schema);
  return "CreateFunctionStmt" in node ? canonicalName(strings(node.CreateFunctionStmt.funcname), schema) : undefined;
}

function renamed(migration: LintedMigration, statement: Statement): Problem[] {
  const { node, schema } = statement;
  if ("AlterEnumStmt" in node && node.AlterEnumStmt.oldVal !== undefined) {
    const name = canonicalName(strings(node.AlterEnumStmt.typeName), schema);
    const safe = `ALTER TYPE ${name} ADD VALUE '${node.AlterEnumStmt.newVal ?? ""}';\n-- the new version writes the new value and reads both; change the rows in batches`;
    return problem(migration, statement, { what: `Renaming the value '${node.AlterEnumStmt.oldVal}' of`, name, safe });
  }
  if ("AlterObjectSchemaStmt" in node) {
    const { relation, object, newschema = "", objectType } = node.AlterObjectSchemaStmt;
    if (!readable.has(objectType ?? "")) return [];
    const name = relation ? relationName(relation, schema) : object ? objectName(object, schema) : "";
    const view = `${statement.text};\nCREATE VIEW ${sqlName(relation)} AS SELECT * FROM ${quoted(newschema)}.${quoted(relation?.relname ?? "")};`;
    if (replacedLater(migration, statement, name)) return [];
    return problem(migration, statement, {
      what: "Moving",
      name,
      safe: relation ? inOneTransaction(view) : contract(`${statement.text};`),
    });
  }
  if (!("RenameStmt" in node)) return [];
  const { renameType, relation, object, subname, newname = "" } = node.RenameStmt;
  if (!readable.has(renameType ?? "")) return [];
  const name = relation ? relationName(relation, schema) : object ? objectName(object, schema) : (subname ?? "");
  if (renameType === "OBJECT_COLUMN") {
    const safe = secondColumn(migration, sqlName(relation), name, subname ?? "", newname);
    return problem(migration, statement, { what: "Renaming the column", name, column: subname, safe });
  }
  if (replacedLater(migration, statement, name)) return [];
  const moved = [relation?.schemaname, newname]
    .filter((part) => part !== undefined)
    .map(quoted)
    .join(".");
  const safe = relation
    ? inOneTransaction(`${statement.text};\nCREATE VIEW ${sqlName(relation)} AS SELECT * FROM ${moved};`)
    : contract(`${statement.text};`);
  return problem(migration, statement, { what: "Renaming", name, safe });
}

function inOneTransaction(sql: string): string {
  return `-- in one transaction, so that the old name never misses:\n${sql}`;
}

function secondColumn(migration: LintedMigration, sql: string, table: string, from: string, to: string): string {
  const type = migration.column(table, from)?.type ?? "<its type>";
  return [
    `ALTER TABLE ${sql} ADD COLUMN ${quoted(to)} ${type};`,
    `-- the new version writes both and reads ${quoted(to)}; fill old rows in batches; then in the contract phase:`,
    `ALTER TABLE ${sql} DROP COLUMN ${quoted(from)};`,
  ].join("\n");
}
